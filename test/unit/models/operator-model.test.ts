import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findModel } from "../../../images/l7-worker/src/llm/model-file.ts";
import { languageModelNames } from "../../../infra/models/language-models.ts";
import { operatorModel, operatorModelNames, operatorVersions } from "../../../infra/models/operator-model.ts";
import { faultOf, registerModel } from "../../../infra/models/register-model.ts";
import { generate, issue } from "../../../infra/provider/pqc.ts";
import { signModel } from "../../../infra/provider/resources/model-signer/sign.ts";

const PROJECT = resolve(import.meta.dirname, "../../..");
const TINY = join(PROJECT, "models/l7-tiny/model.gguf");

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "dsmil-operator-model-"));
  symlinkSync(join(PROJECT, "models"), join(root, "models"));
  file = join(root, "own.gguf");
  cpSync(TINY, file);
});
afterEach(() => rmSync(root, { recursive: true }));

const register = (version = "1.0.0", path = file, name = "own-model") => registerModel(root, { path, name, version });

describe("a language model of an operator's own", () => {
  it("is registered once, without a second copy of its bytes, and found by its highest version", async () => {
    const model = await register();
    expect(model).toMatchObject({ name: "own-model", version: "1.0.0", bytes: statSync(file).size });
    expect(statSync(join(root, model.source)).ino).toBe(statSync(file).ino);
    expect(JSON.parse(model.manifest)).toEqual({
      ...{ v: 1, name: "own-model", version: "1.0.0", format: "gguf" },
      ...{ bytes: model.bytes, sha384: model.sha384 },
    });
    expect(await register()).toEqual(model);
    for (const version of ["1.9.0", "1.10.0"]) await register(version);
    expect(operatorVersions(root, "own-model").map(({ version }) => version)).toEqual(["1.10.0", "1.9.0", "1.0.0"]);
    expect(operatorModel(root, "own-model")?.version).toBe("1.10.0");
    expect(operatorModelNames(root)).toEqual(["own-model"]);
    expect(languageModelNames(root)).toEqual(["l7-tiny", "own-model"]);
  });

  it("is what a worker loads, once its model.json is signed", async () => {
    const { version, manifest, source } = await register();
    const [rootKey, key] = [generate(), generate()];
    const signer = { seed: key.seed, certificate: issue(rootKey.seed, "signer", "models", key.publicKey) };
    const folder = join(root, "node");
    const laid = join(folder, "own-model", version);
    mkdirSync(laid, { recursive: true });
    cpSync(join(root, source), join(laid, "model.gguf"));
    writeFileSync(join(laid, "model.json"), manifest);
    const want = { folder, name: "own-model", signatureRequired: true, root: () => rootKey.publicKey };
    await expect(findModel(want)).rejects.toThrow("model.sig is missing");
    writeFileSync(join(laid, "model.sig"), signModel(Buffer.from(manifest), signer));
    expect(await findModel(want)).toMatchObject({ name: "own-model", version, signed: true });
  });

  it("is refused where it is none, or where its name or version is another's", async () => {
    writeFileSync(join(root, "text"), "no model at all");
    await expect(register("1.0.0", join(root, "text"))).rejects.toThrow("is no GGUF file");
    await expect(register("1.0.0", root)).rejects.toThrow("is no GGUF file");
    await expect(register("1.0.0", join(root, "none"))).rejects.toThrow("cannot be read: ENOENT");
    await expect(register("1.0")).rejects.toThrow("is no version");
    await expect(register("1.0.0", file, "../x")).rejects.toThrow("is no name of a model");
    await expect(register("1.0.0", file, "l7-tiny")).rejects.toThrow("is a model of this project");
    await register();
    const other = join(root, "other.gguf");
    writeFileSync(other, Buffer.concat([readFileSync(file), Buffer.from("x")]));
    await expect(register("1.0.0", other)).rejects.toThrow("give it a higher version");
    expect(operatorVersions(root, "own-model")).toHaveLength(1);
  });

  it("is named when it was changed, cut or removed since", async () => {
    const model = await register();
    expect(await faultOf(root, model)).toBeUndefined();
    const laid = join(root, model.source);
    chmodSync(laid, 0o644);
    const bytes = readFileSync(laid);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(laid, bytes);
    expect(await faultOf(root, model)).toContain("is not the one that model.json names");
    writeFileSync(laid, bytes.subarray(0, 50));
    expect(await faultOf(root, model)).toContain("has 50 bytes");
    rmSync(laid);
    expect(await faultOf(root, model)).toContain("is missing");
    writeFileSync(join(root, ".dsmil/models/own-model/1.0.0/model.json"), "{}");
    expect(() => operatorModel(root, "own-model")).toThrow("sign the model again");
  });
});
