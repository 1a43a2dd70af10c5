import { describe, expect, it } from "vitest";
import { verifyBundle } from "../../../images/runtime/policy/signed-bundle.ts";
import { generate, signAs, signedAs } from "../../../infra/provider/pqc.ts";
import type { PolicyBundleInputs } from "../../../infra/provider/resources/policy-bundle/args.ts";
import { policyBundle } from "../../../infra/provider/resources/policy-bundle/handler.ts";
import { recordedContext } from "../../provider/context.ts";

const root = generate();
const context = () => recordedContext(() => Promise.reject(new Error("no nodes here")));
const inputs: PolicyBundleInputs = {
  tenant: "alpha",
  data: '{"tenant":{"id":"ALPHA"}}',
  rules: "ab".repeat(48),
  rootSeed: root.seed,
};
const made = (given = inputs, old?: Awaited<ReturnType<typeof policyBundle.reconcile>>) =>
  policyBundle.reconcile(given, old, context());

describe("PolicyBundle", () => {
  it("signs what services verify", async () => {
    const state = await made();
    expect(verifyBundle(state.bundle, root.publicKey)).toMatchObject({
      tenant: "alpha",
      version: state.version,
      wasm: inputs.rules,
    });
    expect(await policyBundle.read("", state, context())).toBe(state);
  });

  it("stays as it is while nothing changes, and grows with every change", async () => {
    const first = await made();
    expect(await made(inputs, first)).toEqual(first);
    expect(policyBundle.plan?.(inputs, first)).toEqual({ version: first.version, bundle: first.bundle });
    let last = first;
    for (const rules of ["01", "02", "01"]) {
      const next = { ...inputs, rules: rules.repeat(48) };
      expect(policyBundle.plan?.(next, last)).toEqual({});
      const state = await made(next, last);
      expect(state.version).toBeGreaterThan(last.version);
      last = state;
    }
  });

  it("is signed anew by another root, as a newer version", async () => {
    const first = await made();
    const other = generate();
    const state = await made({ ...inputs, rootSeed: other.seed }, first);
    expect(state.version).toBeGreaterThan(first.version);
    expect(() => verifyBundle(state.bundle, root.publicKey)).toThrow("not signed by this fleet's root");
    expect(verifyBundle(state.bundle, other.publicKey).tenant).toBe("alpha");
  });

  it("starts above what a lost state had given", async () => {
    const before = Math.floor(Date.now() / 1000);
    expect((await made()).version).toBeGreaterThanOrEqual(before);
  });

  it("refuses a state that was edited", async () => {
    const state = await made();
    await expect(policyBundle.read("x", { ...state, version: state.version + 1 }, context())).rejects.toThrow("backup");
    await expect(policyBundle.read("x", { ...state, data: '{"tenant":1}' }, context())).rejects.toThrow("backup");
    await expect(policyBundle.read("x", undefined, context())).rejects.toThrow("cannot be imported");
  });

  it.each([
    ["data", { data: '{"tenant":{"id":"BRAVO"}}' }],
    ["data", { data: "ALPHA" }],
    ["data", { data: `{"tenant":{"id":"ALPHA","x":"${"x".repeat(300_000)}"}}` }],
    ["rules", { rules: "ab" }],
    ["tenant", { tenant: "Alpha" }],
    ["rootSeed", { rootSeed: root.publicKey }],
  ])("checks %s", (property, wrong) => {
    expect(policyBundle.check({ ...inputs, ...wrong }).map((failure) => failure.property)).toContain(property);
  });
});

describe("the root's signatures", () => {
  it("hold for their context, data and key only", () => {
    const data = Buffer.from("x");
    const signature = signAs("a", root.seed, data);
    expect(signedAs("a", root.publicKey, data, signature)).toBe(true);
    expect(signedAs("b", root.publicKey, data, signature)).toBe(false);
    expect(signedAs("a", root.publicKey, Buffer.from("y"), signature)).toBe(false);
    expect(signedAs("a", generate().publicKey, data, signature)).toBe(false);
  });
});
