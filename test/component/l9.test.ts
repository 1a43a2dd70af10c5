import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Tenant } from "../../infra/model/types.ts";
import { renderOfficers } from "../../infra/render/officers.ts";
import { socStack } from "../../infra/stacks/soc.ts";
import { keyId, newKey } from "../services/dbe-gateway/support/keys.ts";
import { loadManifestText } from "./manifest.ts";
import { type Registration, record } from "./record.ts";
import { rules } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");
const MANIFEST = readFileSync(join(root, "manifest.yaml"), "utf8");
const CONTAINER = "docker:index/container:Container";

async function compose(manifest: string): Promise<Registration[]> {
  const model = loadManifestText(manifest);
  const node = model.nodes.find(({ id }) => id === "node-a");
  if (node === undefined) throw new Error("no node-a");
  const tenants = model.tenants.map(({ id }) => id);
  return record("node-a", tenants, () => socStack({ model, node, root, rules, allowDataLoss: false }));
}

const container = (all: readonly Registration[], name: string) =>
  all.find((one) => one.type === CONTAINER && one.name === name)?.inputs as {
    readonly envs: readonly string[];
    readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly?: boolean }[];
    readonly memory: number;
  };
const targets = (all: readonly Registration[], name: string) =>
  container(all, name)
    .mounts.map(({ target }) => target)
    .sort();

describe("Layer 9 on a security-operations node", () => {
  it("gives the COA engine the policy and the bus of its tenant", async () => {
    const all = await compose(MANIFEST);
    expect(targets(all, "dsmil-l9-coa-alpha")).toEqual([
      "/etc/dsmil/ca",
      "/hotpath",
      "/run/dbe",
      "/run/dsmil/officers",
      "/run/dsmil/policy",
      "/run/dsmil/policy-shared",
      "/run/dsmil/secrets",
    ]);
    const { envs, mounts, memory } = container(all, "dsmil-l9-coa-alpha");
    expect(memory).toBe(128);
    expect(envs).toEqual(expect.arrayContaining(["DEVICE_ID=59", "TENANT_ID=ALPHA", "POSTGRES_USER=alpha_app"]));
    expect(mounts.find(({ target }) => target === "/run/dsmil/policy")).toMatchObject({
      source: "/etc/dsmil/policies/tenants/alpha",
      readOnly: true,
    });
  });

  it("gives global strategy what the COA engine has", async () => {
    const all = await compose(MANIFEST);
    expect(targets(all, "dsmil-l9-strategy-alpha")).toEqual(targets(all, "dsmil-l9-coa-alpha"));
    const { envs, memory } = container(all, "dsmil-l9-strategy-alpha");
    expect(memory).toBe(128);
    expect(envs).toEqual(expect.arrayContaining(["DEVICE_ID=60", "REDIS_STREAM_L6_OUT=ALPHA_L6_OUT"]));
  });

  it("gives coalition intelligence its tenant's partners and key, for itself alone", async () => {
    const partner = "coalition: [{ id: example, shares: [ip, hash] }]\n    feeds:";
    const all = await compose(MANIFEST.replace("feeds:", partner));
    const name = "dsmil-l9-coalition-alpha";
    expect(targets(all, name)).toEqual([...targets(all, "dsmil-l9-strategy-alpha"), "/run/dsmil/coalition"].sort());
    const { envs, mounts } = container(all, name);
    expect(envs).toEqual(expect.arrayContaining(["DEVICE_ID=62", "TENANT_ID=ALPHA"]));
    expect(JSON.stringify(envs)).not.toMatch(/example|hidden/);
    expect(mounts.find(({ target }) => target === "/run/dsmil/coalition")).toMatchObject({
      ...{ source: "/etc/dsmil/coalition/alpha", readOnly: true },
    });
    const users = all.filter(
      ({ type, inputs }) => type === CONTAINER && JSON.stringify(inputs).includes("/coalition/"),
    );
    expect(users.map((one) => one.name)).toEqual([name, "dsmil-l9-coalition-bravo"]);
    const laid = all.find((one) => one.name === "alpha-coalition")?.inputs;
    expect(laid).toMatchObject({ path: "/etc/dsmil/coalition/alpha", dirMode: "0700", uid: 10001, gid: 10001 });
    type Laid = Readonly<Record<string, { readonly content: string; readonly mode: string }>>;
    // A secret among them makes all of them one.
    const files = (laid?.files as { readonly value: Laid } | undefined)?.value ?? {};
    expect(Object.values(files).map(({ mode }) => mode)).toEqual(["0400", "0400", "0400"]);
    expect(files.signing_seed?.content).toBe("alpha-coalition-hidden");
    expect(files.certificate?.content).toBe("coalition certificate of alpha");
    expect(JSON.parse(files["partners.json"]?.content ?? "")).toEqual({
      ...{ tenant: "ALPHA", domain: "dsmil.local" },
      partners: [{ id: "example", shares: ["ip", "hash"], min_confidence: 0.8, marking: "TLP:AMBER" }],
    });
    const bravo = JSON.stringify(all.find((one) => one.name === "bravo-coalition")?.inputs);
    expect(bravo).not.toMatch(/alpha|example/);
  });

  it("gives the gate its tenant's officers, in a file that is root's, and no policy", async () => {
    const all = await compose(MANIFEST);
    expect(targets(all, "dsmil-l9-nc3-bravo")).toEqual([
      "/etc/dsmil/ca",
      "/run/dbe",
      "/run/dsmil/officers",
      "/run/dsmil/secrets",
    ]);
    const officers = all.find(({ name }) => name === "bravo-officers")?.inputs;
    expect(officers).toMatchObject({ path: "/etc/dsmil/officers/bravo", dirMode: "0750", gid: 10001 });
    expect(officers?.uid ?? 0).toBe(0);
    const { envs, mounts } = container(all, "dsmil-l9-nc3-bravo");
    expect(JSON.stringify(mounts)).not.toContain("alpha");
    expect(envs.filter((line) => line.startsWith("HOTPATH_") || line.startsWith("POLICY_"))).toEqual([]);
  });

  it("lays officers where somebody reads them, and nowhere else", async () => {
    const without = MANIFEST.split("\n").filter(
      (line) => !/id: (?:l9-nc3|l9-coa|l9-strategy|l9-coalition|l8-soar),/.test(line),
    );
    const all = await compose(without.join("\n"));
    expect(all.filter(({ name }) => name.endsWith("-officers"))).toEqual([]);
  });
});

it("officers are named by the digest of their key", () => {
  const key = newKey();
  const tenant = { prefix: "ALPHA", officers: [{ person: "ada", publicKey: key.publicKey }] } as unknown as Tenant;
  expect(JSON.parse(renderOfficers(tenant))).toEqual({
    tenant: "ALPHA",
    officers: [{ id: keyId(key), person: "ada", publicKey: key.publicKey }],
  });
});
