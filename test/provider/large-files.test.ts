import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NodeLink } from "../../infra/provider/handler.ts";
import type { LargeFilesInputs } from "../../infra/provider/resources/large-files/args.ts";
import { createLargeFiles } from "../../infra/provider/resources/large-files/handler.ts";
import { recordedContext } from "./context.ts";
import { contractSuite } from "./contract.ts";

/** Runs what a node would run on this machine: the scripts are the node's own. */
const link = {
  exec: (argv, { stdin } = {}) =>
    new Promise((resolve, reject) => {
      const [command = "", ...args] = argv;
      const child = spawn(command, args);
      const said = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const)
        child[name].on("data", (chunk) => (said[name] += String(chunk)));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? -1, ...said }));
      child.stdin.on("error", () => undefined);
      if (stdin instanceof Readable) stdin.pipe(child.stdin);
      else child.stdin.end(stdin);
    }),
} as Pick<NodeLink, "exec"> as NodeLink;

const dir = mkdtempSync("/tmp/dsmil-large-");
const top = `${dir}/opt`;
const path = `${top}/models/m/1.0.0/content`;
const contents = { "model.onnx": randomBytes(3_000_000), "tokenizer.json": Buffer.from("{}") };
const others = { ...contents, "model.onnx": randomBytes(1000) };
const handler = createLargeFiles(top, () => dir);
const fact = (file: Buffer) => ({ bytes: file.length, sha384: createHash("sha384").update(file).digest("hex") });

function cache(folder: string, files: Readonly<Record<string, Buffer>>): LargeFilesInputs {
  mkdirSync(`${dir}/${folder}`, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(`${dir}/${folder}/${name}`, content);
  const facts = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, fact(content)]));
  return { node: "node-b", path, source: folder, files: facts };
}

const inputs = () => cache(".cache/1", contents);
beforeAll(() => mkdirSync(top));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const overwrite = (name: string, content: string) => {
  chmodSync(`${path}/${name}`, 0o644);
  writeFileSync(`${path}/${name}`, content);
  chmodSync(`${path}/${name}`, 0o444);
};

contractSuite({
  name: "LargeFiles",
  handler,
  connect: async () => link,
  inputs,
  changed: () => cache(".cache/2", others),
  changedPaths: ["source", 'files["model.onnx"].bytes', 'files["model.onnx"].sha384'],
  drifts: [
    { name: "a changed file", break: async () => overwrite("model.onnx", "x"), paths: ["laid"] },
    { name: "a missing file", break: async () => rmSync(`${path}/tokenizer.json`), paths: ["laid"] },
    { name: "a wider mode", break: async () => chmodSync(`${path}/model.onnx`, 0o666), paths: ["laid"] },
    { name: "a missing folder", break: async () => rmSync(path, { recursive: true }) },
  ],
  fingerprint: async () =>
    Object.keys(contents).map((name) => {
      const { ino, ctimeMs, mode } = statSync(`${path}/${name}`, { throwIfNoEntry: false }) ?? {};
      return [name, ino, ctimeMs, mode];
    }),
  gone: async () => !existsSync(path),
  async works({ files }) {
    for (const [name, wanted] of Object.entries(files)) expect(fact(readFileSync(`${path}/${name}`))).toEqual(wanted);
  },
  importWithout: false,
});

describe("large files whose cache is empty", () => {
  it("are laid by a later run, are no change until then, and keep no content in the state", async () => {
    const wanted = inputs();
    rmSync(`${dir}/.cache/1`, { recursive: true });
    const ctx = recordedContext(async () => link);
    const state = await handler.reconcile(wanted, undefined, ctx);
    expect(state).toEqual({ ...wanted, laid: false });
    expect(ctx.warnings).toEqual([expect.stringContaining("has no model.onnx, tokenizer.json")]);
    expect(await handler.read("id", state, ctx)).toBe(state);
    expect(handler.diff?.(state, wanted).changed).toEqual([]);
    expect(handler.plan?.(wanted, state)).toEqual({ laid: false });
    inputs();
    expect(handler.diff?.(state, wanted).changed).toEqual(["laid"]);
    const laid = await handler.reconcile(wanted, state, ctx);
    expect(laid).toEqual({ ...wanted, laid: true });
    expect(JSON.stringify(laid).length).toBeLessThan(1000);
    // What lies on the node stays, and nothing changes, when the cache goes.
    rmSync(`${dir}/.cache/1`, { recursive: true });
    expect(handler.diff?.(laid, wanted).changed).toEqual([]);
    expect((await handler.reconcile(wanted, laid, ctx)).laid).toBe(true);
    await handler.remove("id", laid, ctx);
    expect(existsSync(path)).toBe(false);
  });

  it("that have the right length and another content are refused where they arrive, and touch nothing", async () => {
    const wanted = inputs();
    writeFileSync(`${dir}/.cache/1/model.onnx`, randomBytes(3_000_000));
    const ctx = recordedContext(async () => link);
    await expect(handler.reconcile(wanted, undefined, ctx)).rejects.toThrow("is not the file that was sent");
    expect(existsSync(`${path}/model.onnx`)).toBe(false);
  });

  it("are refused in a wrong place, from a wrong one, or described wrongly", () => {
    const wrong = { node: "node-b", path: "/etc/x", source: "/tmp/x", files: { "../x": { bytes: 0, sha384: "00" } } };
    const refused = handler.check(wrong).map(({ property }) => property);
    expect(refused).toEqual(["path", "source", 'files["../x"]', 'files["../x"].sha384', 'files["../x"].bytes']);
    expect(handler.check({ ...inputs() })).toEqual([]);
  });
});
