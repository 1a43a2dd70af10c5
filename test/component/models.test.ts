import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Model } from "../../infra/model/types.ts";
import { modelRelease, modelVersion } from "../../infra/models/model-release.ts";
import type { OperatorModel } from "../../infra/models/operator-model.ts";
import { registerModel } from "../../infra/models/register-model.ts";
import { aiStack } from "../../infra/stacks/ai.ts";
import { dataStack } from "../../infra/stacks/data.ts";
import { socStack } from "../../infra/stacks/soc.ts";
import { loadManifestText } from "./manifest.ts";
import { type Registration, record } from "./record.ts";
import { rules } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");
const MANIFEST = readFileSync(join(root, "manifest.yaml"), "utf8");
const STACKS = { "node-c": dataStack, "node-a": socStack, "node-b": aiStack } as const;

async function compose(
  stack: keyof typeof STACKS,
  model: Model = loadManifestText(MANIFEST),
  own?: { readonly folder: string; readonly signed: OperatorModel },
): Promise<Registration[]> {
  const node = model.nodes.find(({ id }) => id === stack);
  if (node === undefined) throw new Error(`no ${stack}`);
  const tenants = model.tenants.map(({ id }) => id);
  const run = () => STACKS[stack]({ model, node, root: own?.folder ?? root, rules, allowDataLoss: false });
  return record(stack, tenants, run, {}, own ? [own.signed] : []);
}

interface Files {
  readonly path: string;
  readonly others?: string[];
  readonly files: Record<string, { content: string; mode?: string; encoding?: string }>;
}
const filesBelow = (all: readonly Registration[], folder: string): Files[] =>
  all
    .filter(({ type }) => type === "dsmil:index:NodeFiles")
    .map(({ inputs }) => inputs as unknown as Files)
    .filter(({ path }) => path.startsWith(folder));

/** Names of files whose contents are secret, which makes the whole map one. */
const secretNames = (folder: Files | undefined): string[] => Object.keys(folder?.files.value ?? {}).sort();

describe("models", () => {
  it("are signed on the data node, each that a service loads, and the key stays there", async () => {
    const signers = (await compose("node-c")).filter(({ type }) => type === "dsmil:index:ModelSigner");
    expect(signers).toHaveLength(1);
    const [models = {}] = signers.map(({ inputs }) => inputs.models as Record<string, string>);
    expect(Object.keys(models)).toEqual([
      "l3-sensor-fusion",
      "l4-threat-classifier",
      "l5-forecaster",
      "l6-risk",
      "l7-encoder",
      "l7-speech",
      "l7-tiny",
      "l7-vision",
    ]);
    for (const [name, text] of Object.entries(models)) expect(text).toBe(modelVersion(root, name).manifest);
  });

  it.each([
    ["node-a", ["l3-sensor-fusion", "l4-threat-classifier"]],
    ["node-b", ["l5-forecaster", "l6-risk"]],
    ["node-c", []],
  ] as const)("lie on %s where a service of it loads them", async (node, names) => {
    const laid = filesBelow(await compose(node), "/opt/dsmil/models");
    const versions = laid.filter(({ path }) => /\/l[3-6]-/.test(path)).map(({ path }) => path);
    expect(versions.sort()).toEqual(names.map((name) => `/opt/dsmil/models/${name}/6.0.0`));
    // The folder itself is never empty: it is mounted.
    if (names.length > 0) expect(laid.map(({ path }) => path)).toContain("/opt/dsmil/models");
    for (const name of names) {
      const { files, others } = laid.find(({ path }) => path.includes(name)) ?? { files: {}, others: [] };
      expect(files).toEqual({
        "model.json": { content: modelRelease(root, name).manifest, mode: "0444" },
        "model.sig": { content: `signature of ${name}`, mode: "0444" },
      });
      expect(others).toEqual(["model.onnx"]);
    }
  });

  it("are known to the state by their digests, not by their contents", async () => {
    const all = await compose("node-a");
    const large = all.filter(({ type }) => type === "dsmil:index:ModelOnNode").map(({ inputs }) => inputs);
    expect(large).toEqual(
      ["l3-sensor-fusion", "l4-threat-classifier"].map((name) => ({
        ...{ node: "node-a", name, version: "6.0.0", file: "model.onnx", source: `models/${name}/model.onnx` },
        bytes: modelRelease(root, name).content.length,
        sha384: modelRelease(root, name).sha384,
      })),
    );
  });

  it("of several files are fetched, and the rest of their folder is as the others'", async () => {
    const all = await compose("node-b");
    const [around] = filesBelow(all, "/opt/dsmil/models/l7-encoder");
    const { manifest, version } = modelVersion(root, "l7-encoder");
    expect(around?.path).toBe(`/opt/dsmil/models/l7-encoder/${version}`);
    expect(around?.files).toEqual({
      "model.json": { content: manifest, mode: "0444" },
      "model.sig": { content: "signature of l7-encoder", mode: "0444" },
    });
    const large = all.filter(({ type }) => type === "dsmil:index:LargeFiles").map(({ inputs }) => inputs);
    const { bytes, sha384, tokenizer } = JSON.parse(manifest) as Record<string, unknown>;
    expect(large).toEqual([
      {
        ...{ node: "node-b", path: `/opt/dsmil/models/l7-encoder/${version}/content` },
        source: `.dsmil/cache/models/l7-encoder/${version}`,
        files: { "model.onnx": { bytes, sha384 }, "tokenizer.json": tokenizer },
      },
    ]);
    expect((await compose("node-a")).filter(({ type }) => type === "dsmil:index:LargeFiles")).toEqual([]);
  });

  it("of an operator are signed like the project's, and lie there before their model.json, not in the state", async () => {
    const own = mkdtempSync(join(tmpdir(), "dsmil-component-models-"));
    try {
      for (const name of readdirSync(root)) if (name !== ".dsmil") symlinkSync(join(root, name), join(own, name));
      const path = join(root, "models/l7-tiny/model.gguf");
      const signed = await registerModel(own, { path, name: "own-model", version: "1.2.3" });
      const { manifest, bytes, sha384 } = signed;
      const text = MANIFEST.replaceAll("image: dsmil-l7-worker,", "image: dsmil-l7-worker, model: own-model,");
      const model = loadManifestText(text);
      const [signer] = (await compose("node-c", model, { folder: own, signed })).filter(
        ({ type }) => type === "dsmil:index:ModelSigner",
      );
      expect(signer?.inputs.models).toMatchObject({ "own-model": manifest });
      expect(signer?.inputs.models).not.toHaveProperty("l7-tiny");
      const all = await compose("node-b", model, { folder: own, signed });
      const large = all.filter(({ type }) => type === "dsmil:index:ModelOnNode").map(({ inputs }) => inputs);
      expect(large.filter(({ name }) => name === "own-model")).toEqual([
        {
          ...{ node: "node-b", name: "own-model", version: "1.2.3", file: "model.gguf", bytes, sha384 },
          source: ".dsmil/models/own-model/1.2.3/model.gguf",
        },
      ]);
      const laid = filesBelow(all, "/opt/dsmil/models/own-model/1.2.3");
      expect(laid.map(({ files }) => Object.keys(files))).toEqual([["model.json", "model.sig"]]);
      expect(laid).toMatchObject([{ others: ["model.gguf"] }]);
      const workers = all.filter(({ type, name }) => type.startsWith("docker:") && name.includes("l7-worker"));
      for (const { inputs } of workers) expect(JSON.stringify(inputs.envs)).toContain("MODEL_NAME=own-model");
      expect(workers.length).toBeGreaterThan(0);
    } finally {
      rmSync(own, { recursive: true });
    }
  });

  it("are believed under the root's key, which lies beside the CA on every node", async () => {
    for (const node of ["node-a", "node-b", "node-c"] as const) {
      const [ca] = filesBelow(await compose(node), "/etc/dsmil/ca");
      expect(ca?.files["fleet-root.pub"]).toEqual({ content: "00\n", mode: "0444" });
    }
  });
});

describe("what foresees, on an inference node", () => {
  it("is a container a tenant, with the credentials of the stores that its services there need", async () => {
    const all = await compose("node-b");
    const containers = all.filter(({ type, name }) => type.startsWith("docker:") && /l[56]-|l7-rag/.test(name));
    for (const { name, inputs } of containers) {
      const [own, other] = name.endsWith("-alpha") ? ["alpha", "bravo"] : ["bravo", "alpha"];
      expect(JSON.stringify(inputs.mounts), name).toContain(`/etc/dsmil/tenants/${own}`);
      expect(JSON.stringify(inputs), name).not.toMatch(new RegExp(other ?? "", "i"));
    }
    expect(containers.map(({ name }) => name)).toEqual([
      "dsmil-l5-forecaster-alpha",
      "dsmil-l5-forecaster-bravo",
      "dsmil-l6-risk-alpha",
      "dsmil-l6-risk-bravo",
      "dsmil-l7-rag-alpha",
      "dsmil-l7-rag-bravo",
    ]);
    const [alpha] = filesBelow(all, "/etc/dsmil/tenants/alpha");
    expect(secretNames(alpha)).toEqual(["postgres_password", "qdrant_token", "redis_password"]);
    const [onSoc] = filesBelow(await compose("node-a"), "/etc/dsmil/tenants/alpha");
    expect(secretNames(onSoc)).toEqual(["postgres_password", "qdrant_token", "redis_password"]);
  });

  it("waits behind one gate a tenant", async () => {
    const gates = (await compose("node-b")).filter(({ type }) => type === "dsmil:index:HealthGate");
    const alpha = gates.find(({ name }) => name === "alpha")?.inputs.containers as { name: string }[];
    expect(alpha.map(({ name }) => name)).toEqual([
      "dsmil-l5-forecaster-alpha",
      "dsmil-l6-risk-alpha",
      "dsmil-l7-rag-alpha",
      "dsmil-l7-agent-alpha",
    ]);
  });

  it("leaves an inference node that runs none of it without any tenant's credentials", async () => {
    const without = MANIFEST.split("\n").filter((line) => !/id: (l5-forecaster|l6-risk|l7-agent|l7-rag),/.test(line));
    const all = await compose("node-b", loadManifestText(without.join("\n")));
    expect(filesBelow(all, "/etc/dsmil/tenants/")).toEqual([]);
    expect(filesBelow(all, "/opt/dsmil/models").filter(({ path }) => /\/l[3-6]-/.test(path))).toEqual([]);
  });
});
