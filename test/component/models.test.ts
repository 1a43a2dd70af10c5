import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Model } from "../../infra/model/types.ts";
import { modelRelease } from "../../infra/models/model-release.ts";
import { aiStack } from "../../infra/stacks/ai.ts";
import { dataStack } from "../../infra/stacks/data.ts";
import { socStack } from "../../infra/stacks/soc.ts";
import { loadManifestText } from "./manifest.ts";
import { type Registration, record } from "./record.ts";
import { rules } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");
const MANIFEST = readFileSync(join(root, "manifest.yaml"), "utf8");
const STACKS = { "node-c": dataStack, "node-a": socStack, "node-b": aiStack } as const;

async function compose(stack: keyof typeof STACKS, model: Model = loadManifestText(MANIFEST)): Promise<Registration[]> {
  const node = model.nodes.find(({ id }) => id === stack);
  if (node === undefined) throw new Error(`no ${stack}`);
  const tenants = model.tenants.map(({ id }) => id);
  return record(stack, tenants, () => STACKS[stack]({ model, node, root, rules, allowDataLoss: false }));
}

interface Files {
  readonly path: string;
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
      "l7-speech",
      "l7-tiny",
      "l7-vision",
    ]);
    for (const [name, text] of Object.entries(models)) expect(text).toBe(modelRelease(root, name).manifest);
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
      const { files } = laid.find(({ path }) => path.includes(name)) ?? { files: {} };
      const { manifest, content: onnx } = modelRelease(root, name);
      expect(files).toEqual({
        "model.json": { content: manifest, mode: "0444" },
        "model.sig": { content: `signature of ${name}`, mode: "0444" },
        "model.onnx": { content: onnx.toString("base64"), encoding: "base64", mode: "0444" },
      });
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
  it("is a container a tenant, with the credentials of the store that it needs and no other", async () => {
    const all = await compose("node-b");
    const containers = all.filter(({ type, name }) => type.startsWith("docker:") && /l[56]-/.test(name));
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
    ]);
    const [alpha] = filesBelow(all, "/etc/dsmil/tenants/alpha");
    expect(secretNames(alpha)).toEqual(["redis_password"]);
    const [onSoc] = filesBelow(await compose("node-a"), "/etc/dsmil/tenants/alpha");
    expect(secretNames(onSoc)).toEqual(["postgres_password", "qdrant_token", "redis_password"]);
  });

  it("waits behind one gate a tenant", async () => {
    const gates = (await compose("node-b")).filter(({ type }) => type === "dsmil:index:HealthGate");
    const alpha = gates.find(({ name }) => name === "alpha")?.inputs.containers as { name: string }[];
    expect(alpha.map(({ name }) => name)).toEqual(["dsmil-l5-forecaster-alpha", "dsmil-l6-risk-alpha"]);
  });

  it("leaves an inference node that runs none of it without any tenant's credentials", async () => {
    const without = MANIFEST.split("\n").filter((line) => !/id: (l5-forecaster|l6-risk),/.test(line));
    const all = await compose("node-b", loadManifestText(without.join("\n")));
    expect(filesBelow(all, "/etc/dsmil/tenants/")).toEqual([]);
    expect(filesBelow(all, "/opt/dsmil/models").filter(({ path }) => /\/l[3-6]-/.test(path))).toEqual([]);
  });
});
