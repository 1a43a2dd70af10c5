import { describe, expect, it } from "vitest";
import { generate, verified } from "../../../infra/provider/pqc.ts";
import { fleetRootKey } from "../../../infra/provider/resources/fleet-root-key/handler.ts";
import { tenantSigningKey } from "../../../infra/provider/resources/tenant-signing-key/handler.ts";
import { recordedContext } from "../../provider/context.ts";

const context = () => recordedContext(() => Promise.reject(new Error("no node is needed")));

describe("FleetRootKey", () => {
  it("is made once and kept", async () => {
    const state = await fleetRootKey.reconcile({ name: "dsmil" }, undefined, context());
    expect(fleetRootKey.id(state)).toBe("fleet/dsmil/root");
    expect(await fleetRootKey.reconcile({ name: "dsmil" }, state, context())).toEqual(state);
    expect(await fleetRootKey.read("", state, context())).toEqual(state);
    await expect(fleetRootKey.read("", { ...state, publicKey: "00" }, context())).rejects.toThrow("restore the state");
    await expect(fleetRootKey.read("fleet/x/root", undefined, context())).rejects.toThrow("cannot be imported");
  });

  it("names the property of every mistake", () => {
    expect(fleetRootKey.check({ name: "A B", size: 1 }).map(({ property }) => property)).toEqual(["size", "name"]);
  });
});

describe("TenantSigningKey", () => {
  const root = generate();
  const inputs = { tenant: "alpha", rootSeed: root.seed };

  it("is certified by the root, and kept", async () => {
    const state = await tenantSigningKey.reconcile(inputs, undefined, context());
    expect(verified(state.certificate, root.publicKey)).toMatchObject({
      ...{ kind: "tenant", subject: "alpha", publicKey: state.publicKey },
    });
    expect(await tenantSigningKey.reconcile(inputs, state, context())).toEqual(state);
    expect(await tenantSigningKey.read("", state, context())).toEqual(state);
  });

  it("is another one for bundles to partners, certified as their signer", async () => {
    const use = { ...inputs, use: "coalition" } as const;
    const state = await tenantSigningKey.reconcile(use, undefined, context());
    expect([tenantSigningKey.id(inputs), tenantSigningKey.id(use)]).toEqual([
      "tenant/alpha/signing-key",
      "tenant/alpha/coalition-key",
    ]);
    expect(verified(state.certificate, root.publicKey)).toMatchObject({
      ...{ kind: "signer", subject: "coalition-alpha", publicKey: state.publicKey },
    });
    expect(await tenantSigningKey.reconcile(use, state, context())).toEqual(state);
    expect(await tenantSigningKey.read("", state, context())).toEqual(state);
    const { use: _, ...other } = state;
    await expect(tenantSigningKey.read("", other, context())).rejects.toThrow("do not belong together");
    expect(tenantSigningKey.check({ ...inputs, use: "models" }).map(({ property }) => property)).toEqual(["use"]);
  });

  it("keeps the key under another root", async () => {
    const state = await tenantSigningKey.reconcile(inputs, undefined, context());
    const other = generate();
    const moved = await tenantSigningKey.reconcile({ ...inputs, rootSeed: other.seed }, state, context());
    expect([moved.seed, moved.publicKey]).toEqual([state.seed, state.publicKey]);
    expect(verified(moved.certificate, other.publicKey).subject).toBe("alpha");
  });

  it("is not read back with a certificate that is not its own", async () => {
    const state = await tenantSigningKey.reconcile(inputs, undefined, context());
    const bravo = await tenantSigningKey.reconcile({ ...inputs, tenant: "bravo" }, undefined, context());
    const mixed = { ...state, certificate: bravo.certificate };
    await expect(tenantSigningKey.read("", mixed, context())).rejects.toThrow("do not belong together");
  });

  it("names the property of every mistake", () => {
    const found = tenantSigningKey.check({ tenant: "al_pha" }).map(({ property }) => property);
    expect(found).toEqual(["tenant", "rootSeed"]);
  });
});
