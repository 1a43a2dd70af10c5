import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyModelSignature } from "../../images/runtime/models/signature.ts";
import { modelRelease } from "../../infra/models/model-release.ts";
import { manifestDigest } from "../../infra/provider/resources/model-signer/sign.ts";
import { projectRoot } from "./nodes.ts";
import { type TestStack, testStack } from "./pulumi.ts";

/** The life of one stack, under the real CLI and without a node; each test goes on where the one before it stopped. */

const program = `
const root = new dsmil.FleetRootKey("root", { name: settings.fleet });
const signer = new dsmil.ModelSigner("models", { models: settings.models, rootSeed: root.seed });
export const signatures = signer.signatures;
export const publicKey = root.publicKey;
export const certificate = signer.certificate;
export const rootSeed = root.seed;
`;
const names = ["l3-sensor-fusion", "l6-risk"];
const models = Object.fromEntries(names.map((name) => [name, modelRelease(projectRoot, name).manifest]));
let folder: string;
let stack: TestStack;
let first: Outputs;

interface Outputs {
  readonly signatures: Record<string, string>;
  readonly publicKey: string;
  readonly certificate: string;
  readonly rootSeed: string;
}
const outputs = async (...flags: string[]): Promise<Outputs> =>
  JSON.parse(await stack.ok("stack", "output", "--json", ...flags)) as Outputs;
const silent = async (): Promise<void> => {
  await stack.ok("preview", "--expect-no-changes");
  await stack.ok("refresh", "--preview-only", "--expect-no-changes");
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dsmil-model-signer-"));
  stack = await testStack(folder, program);
  stack.set({ fleet: "test", models });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the signer of models under the real CLI", () => {
  it("signs, keeps its key out of what can be read, and has nothing to do a second time", async () => {
    await stack.ok("up", "--yes", "--skip-preview");
    // Neither key shows; signatures do, as other stacks deliver them.
    first = await outputs();
    expect(first.rootSeed).toBe("[secret]");
    for (const manifest of Object.values(models)) {
      const signature = first.signatures[manifestDigest(manifest)] ?? "";
      expect(() => verifyModelSignature(Buffer.from(manifest), signature, first.publicKey, Date.now())).not.toThrow();
    }
    const { deployment } = JSON.parse(await stack.ok("stack", "export", "--show-secrets")) as {
      deployment: { resources: { type: string; outputs: { seed: string | { plaintext: string } } }[] };
    };
    const signer = deployment.resources.find(({ type }) => type === "dsmil:index:ModelSigner");
    const seed = /[0-9a-f]{64}/.exec(JSON.stringify(signer?.outputs.seed))?.[0] ?? "";
    const { rootSeed } = await outputs("--show-secrets");
    expect([seed.length, rootSeed.length]).toEqual([64, 64]);
    for (const secret of [seed, rootSeed]) expect(stack.state()).not.toContain(secret);
    await silent();
    await stack.ok("up", "--yes", "--skip-preview");
    expect((await outputs()).signatures).toEqual(first.signatures);
  });

  it("shows which model changed, and signs that one alone", async () => {
    const changed = JSON.stringify({ ...JSON.parse(models["l6-risk"] ?? ""), version: "6.0.1" });
    stack.set({ fleet: "test", models: { ...models, "l6-risk": changed } });
    expect(await stack.ok("preview", "--diff")).toMatch(/~ models *: \{\n *~ l6-risk: /);
    await stack.ok("up", "--yes", "--skip-preview");
    const { signatures, certificate } = await outputs();
    const [kept = "", gone = ""] = names.map((name) => manifestDigest(models[name] ?? ""));
    expect(signatures[kept]).toBe(first.signatures[kept]);
    expect(signatures[gone]).toBeUndefined();
    expect(Object.keys(signatures).sort()).toEqual([kept, manifestDigest(changed)].sort());
    expect(certificate).toBe(first.certificate);
    await silent();
  });

  it("signs all again under another root, in one run", async () => {
    stack.set({ fleet: "other", models });
    await stack.ok("up", "--yes", "--skip-preview");
    const { signatures, publicKey } = await outputs();
    expect(publicKey).not.toBe(first.publicKey);
    for (const manifest of Object.values(models)) {
      const verify = (root: string) => () =>
        verifyModelSignature(Buffer.from(manifest), signatures[manifestDigest(manifest)] ?? "", root, Date.now());
      expect(verify(publicKey)).not.toThrow();
      expect(verify(first.publicKey)).toThrow("not signed by this fleet's root");
    }
    await silent();
  });

  it("leaves nothing behind", async () => {
    await stack.ok("destroy", "--yes", "--skip-preview");
  });
});
