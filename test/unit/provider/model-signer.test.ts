import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyModelSignature } from "../../../images/runtime/models/signature.ts";
import { modelNames, modelRelease } from "../../../infra/models/model-release.ts";
import { compare } from "../../../infra/provider/diff.ts";
import { generate, holds, issue } from "../../../infra/provider/pqc.ts";
import type { ModelSignerInputs, ModelSignerState } from "../../../infra/provider/resources/model-signer/args.ts";
import { modelSigner } from "../../../infra/provider/resources/model-signer/handler.ts";
import { recordedContext } from "../../provider/context.ts";

const PROJECT = resolve(import.meta.dirname, "../../..");
const root = generate();
const context = () => recordedContext(() => Promise.reject(new Error("no nodes here")));
const releases = modelNames(PROJECT).map((name) => modelRelease(PROJECT, name));
const inputs: ModelSignerInputs = {
  models: Object.fromEntries(releases.map(({ name, manifest }) => [name, manifest])),
  rootSeed: root.seed,
};
const made = (given = inputs, old?: ModelSignerState) => modelSigner.reconcile(given, old, context());
const text = (name: string, more = ""): string => JSON.stringify({ name, more });
/** Throws unless services under `key` take this text with what the state has for it. */
function verify(state: ModelSignerState, manifest: string, digest: string, key = root.publicKey): void {
  verifyModelSignature(Buffer.from(manifest), state.signatures[digest] ?? "", key, Date.now());
}

describe("ModelSigner", () => {
  it("signs what services verify, by a key that the root certified for models alone", async () => {
    const state = await made();
    expect(Object.keys(state.signatures)).toHaveLength(releases.length);
    for (const { manifest, digest } of releases) {
      expect(() => verify(state, manifest, digest)).not.toThrow();
      expect(() => verify(state, `${manifest} `, digest)).toThrow("not what the fleet's signer of models signed");
    }
    expect(holds(state.certificate, root.publicKey, "signer", "models", state.publicKey)).toBe(true);
    const shown = JSON.stringify({ ...state, seed: "", rootSeed: "" });
    for (const secret of [state.seed, root.seed]) expect(shown).not.toContain(secret);
    expect(modelSigner.secretOutputs).toEqual(["seed", "rootSeed"]);
  });

  it("has nothing to do a second time: signatures stay, though each signing gives another", async () => {
    const first = await made();
    const { publicKey, seed, certificate, signatures } = first;
    expect(await made(inputs, first)).toEqual(first);
    expect(modelSigner.plan?.(inputs, first)).toEqual({ publicKey, seed, certificate, signatures });
    expect(compare(first, inputs, modelSigner.outputs, []).changed).toEqual([]);
    expect(await modelSigner.read("", first, context())).toBe(first);
    expect((await made()).signatures).not.toEqual(first.signatures);
  });

  it("signs a new model.json only, and forgets what is gone", async () => {
    const first = await made();
    const { "l6-risk": gone, ...rest } = inputs.models;
    const next = { ...inputs, models: { ...rest, "l7-tiny": text("l7-tiny") } };
    expect(compare(first, next, modelSigner.outputs, []).changed).toEqual(['models["l6-risk"]', 'models["l7-tiny"]']);
    expect(modelSigner.plan?.(next, first)).toEqual({ publicKey: first.publicKey, seed: first.seed });
    const second = await made(next, first);
    expect([second.seed, second.certificate]).toEqual([first.seed, first.certificate]);
    for (const { name, digest } of releases) {
      expect(second.signatures[digest]).toBe(name === "l6-risk" ? undefined : first.signatures[digest]);
    }
    expect(Object.keys(second.signatures)).toHaveLength(releases.length);
    expect(gone).toBeDefined();
  });

  it("keeps its key under another root, which certifies it anew, and signs all again", async () => {
    const first = await made();
    const other = generate();
    const moved = await made({ ...inputs, rootSeed: other.seed }, first);
    expect([moved.seed, moved.publicKey]).toEqual([first.seed, first.publicKey]);
    for (const { manifest, digest } of releases) {
      expect(() => verify(moved, manifest, digest)).toThrow("not signed by this fleet's root");
      expect(() => verify(moved, manifest, digest, other.publicKey)).not.toThrow();
    }
  });

  it("refuses a state that was edited", async () => {
    const state = await made();
    const [digest = ""] = Object.keys(state.signatures);
    const other = await made();
    const tenant = issue(root.seed, "tenant", "models", state.publicKey);
    for (const edited of [
      { ...state, signatures: { ...state.signatures, [digest]: other.signatures[digest] ?? "" } },
      { ...state, models: { ...state.models, "l6-risk": text("l6-risk") } },
      { ...state, certificate: tenant },
      { ...state, publicKey: other.publicKey },
    ]) {
      await expect(modelSigner.read("x", edited, context())).rejects.toThrow("restore the state from a backup");
    }
    await expect(modelSigner.read("x", undefined, context())).rejects.toThrow("cannot be imported");
  });

  it.each([
    ["models", { models: undefined }],
    ['models["L3"]', { models: { L3: text("L3") } }],
    ['models["l3"]', { models: { l3: text("l4") } }],
    ['models["l3"]', { models: { l3: "no JSON" } }],
    ['models["l3"]', { models: { l3: text("l3", "x".repeat(262_144)) } }],
    ["rootSeed", { rootSeed: root.publicKey }],
    ["size", { size: 1 }],
  ])("checks %s", (property, wrong) => {
    expect(modelSigner.check({ ...inputs, ...wrong }).map((failure) => failure.property)).toContain(property);
    expect(modelSigner.check({ ...inputs })).toEqual([]);
  });
});
