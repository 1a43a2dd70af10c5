import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LINE_FEATURES } from "../../../images/runtime/models/features/line-features.ts";
import { ModelSlot } from "../../../images/runtime/models/model-slot.ts";
import { NodeModels } from "../../../infra/components/node-models.ts";
import { loadModel } from "../../../infra/model/load.ts";
import { modelNames, modelRelease } from "../../../infra/models/model-release.ts";
import type { ExecResult, NodeLink } from "../../../infra/provider/handler.ts";
import { generate } from "../../../infra/provider/pqc.ts";
import type { ModelOnNodeInputs, ModelOnNodeState } from "../../../infra/provider/resources/model-on-node/args.ts";
import { createModelOnNode } from "../../../infra/provider/resources/model-on-node/handler.ts";
import { modelSigner } from "../../../infra/provider/resources/model-signer/handler.ts";
import type { NodeFilesInputs } from "../../../infra/provider/resources/node-files/args.ts";
import { createNodeFiles } from "../../../infra/provider/resources/node-files/handler.ts";
import { record } from "../../component/record.ts";
import { recordedContext } from "../../provider/context.ts";
import { PROJECT } from "../support/model-fleet.ts";

/** What the deployer signs and lays is what services load: each part is the real one, the node is this machine. */

const NAME = "l4-threat-classifier";
const root = generate();
const node = mkdtempSync(join(tmpdir(), "dsmil-deployed-models-"));
const handler = createNodeFiles([node]);
const contentHandler = createModelOnNode(join(node, "opt/dsmil/models"));
const context = () => recordedContext(async () => here);
const folder = join(node, "opt/dsmil/models");
const settings = { folder, root: () => root.publicKey, pollMs: 1000 };
const { columns } = JSON.parse(modelRelease(PROJECT, NAME).manifest) as { columns: string[] };
const want = { name: NAME, features: "line-v1", width: LINE_FEATURES.length, columns };
const slot = new ModelSlot(want, settings, pino({ level: "silent" }));
const at = (version: string, file: string): string => join(folder, NAME, version, file);

/** Runs what the provider would run on a node. */
const here: NodeLink = {
  async exec([program = "", ...argv], options = {}): Promise<ExecResult> {
    const child = spawn(program, argv);
    // A program that ends without reading its input is no fault.
    child.stdin.on("error", () => undefined);
    const { stdin = "" } = options;
    if (typeof stdin === "string" || Buffer.isBuffer(stdin)) child.stdin.end(stdin);
    else stdin.pipe(child.stdin);
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number>((done) => child.once("close", (status) => done(status ?? 1))),
    ]);
    return { code, stdout, stderr };
  },
  stream: () => Promise.reject(new Error("no ports here")),
  forward: () => Promise.reject(new Error("no ports here")),
};

interface Laid {
  readonly texts: NodeFilesInputs[];
  readonly contents: ModelOnNodeState[];
}

/** Lays the models of a node as its stack would. */
async function deploy(id: string): Promise<Laid> {
  const model = loadModel(join(PROJECT, "manifest.yaml"));
  const one = model.nodes.find((candidate) => candidate.id === id);
  if (!one) throw new Error(`no ${id}`);
  const models = Object.fromEntries(modelNames(PROJECT).map((name) => [name, modelRelease(PROJECT, name).manifest]));
  const { signatures } = await modelSigner.reconcile({ models, rootSeed: root.seed }, undefined, context());
  const registered = await record(id, [], () => {
    new NodeModels({ model, node: one, root: PROJECT, signature: ({ digest }) => signatures[digest] ?? "" });
  });
  const inputsOf = (type: string) => registered.filter((one) => one.type === type).map(({ inputs }) => inputs);
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const texts = inputsOf("dsmil:index:NodeFiles")
    .map((inputs) => ({ ...inputs, ...owner }) as unknown as NodeFilesInputs)
    .map((inputs) => ({ ...inputs, path: join(node, inputs.path) }));
  const contents: ModelOnNodeState[] = [];
  for (const inputs of inputsOf("dsmil:index:ModelOnNode") as unknown as ModelOnNodeInputs[]) {
    expect(contentHandler.check({ ...inputs })).toEqual([]);
    contents.push(await contentHandler.reconcile(inputs, undefined, context()));
  }
  for (const inputs of texts) {
    expect(handler.check({ ...inputs })).toEqual([]);
    await handler.reconcile(inputs, undefined, context());
  }
  return { texts, contents };
}

let laid: Laid;
beforeAll(async () => {
  laid = await deploy("node-a");
});
afterAll(() => rmSync(node, { recursive: true, force: true }));

describe("models that were deployed", () => {
  it("are loaded, byte for byte what was trained, and belong to nobody but root for writing", async () => {
    await slot.look();
    expect(slot.check()).toEqual({ value: `${NAME} 6.0.0`, ok: true });
    expect(readFileSync(at("6.0.0", "model.onnx")).equals(modelRelease(PROJECT, NAME).content)).toBe(true);
    for (const file of ["model.json", "model.sig", "model.onnx"])
      expect(statSync(at("6.0.0", file)).mode & 0o777).toBe(0o444);
    expect(existsSync(join(folder, "l5-forecaster"))).toBe(false);
  });

  it("are refused when a bit of the network is turned on the node, which also shows as drift", async () => {
    const path = at("6.0.0", "model.onnx");
    const content = readFileSync(path);
    content[5000] = (content[5000] ?? 0) ^ 1;
    rmSync(path);
    writeFileSync(path, content, { mode: 0o444 });
    const fresh = new ModelSlot(want, settings, pino({ level: "silent" }));
    await fresh.look();
    expect(fresh.current).toBeUndefined();
    expect(String(fresh.check().value)).toContain("6.0.0 refused: model.onnx is not the file that model.json names");
    const state = laid.contents.find(({ name }) => name === NAME);
    if (!state) throw new Error("not laid");
    expect(await contentHandler.read("", state, context())).toBeUndefined();
    await contentHandler.reconcile(state, undefined, context());
    await fresh.look(Date.now() + 60_000);
    expect(fresh.check().ok).toBe(true);
    await fresh.current?.retire();
  });

  it("leave the folder that is mounted when their last version goes, and are still in use", async () => {
    const inode = statSync(folder).ino;
    for (const inputs of laid.texts.filter(({ files }) => "model.json" in files)) {
      await handler.remove("", { ...inputs, digest: "" }, context());
    }
    for (const state of laid.contents) await contentHandler.remove("", state, context());
    expect(existsSync(join(folder, NAME))).toBe(false);
    expect(statSync(folder).ino).toBe(inode);
    await slot.look();
    expect(slot.current?.identity).toEqual({ name: NAME, version: "6.0.0" });
    await slot.current?.retire();
  });
});
