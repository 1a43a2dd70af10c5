import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyModelSignature } from "../../../images/runtime/models/signature.ts";
import { modelFiles } from "../../../infra/models/model-files.ts";
import { ModelFleet, PROJECT } from "../../services/support/model-fleet.ts";

const NAME = "l3-sensor-fusion";
const fleet = new ModelFleet();

describe("the files of models for a node", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "t-model-files-"));
    cpSync(join(PROJECT, "models", NAME), join(root, "models", NAME), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("are those of the models that are asked for, as text, below name and version", () => {
    const files = fleet.files();
    expect(Object.keys(files)).toHaveLength(4 * 3);
    const at = `${NAME}/6.0.0`;
    const content = readFileSync(join(PROJECT, "models", NAME, "model.onnx"));
    expect(Buffer.from(files[`${at}/model.onnx.b64`] ?? "", "base64").equals(content)).toBe(true);
    const manifest = Buffer.from(files[`${at}/model.json`] ?? "");
    const verify = (bytes: Buffer) =>
      verifyModelSignature(bytes, files[`${at}/model.sig`] ?? "", fleet.root.publicKey, Date.now());
    expect(() => verify(manifest)).not.toThrow();
    expect(() => verify(Buffer.concat([manifest, Buffer.from(" ")]))).toThrow(/signer of models signed/);
  });

  it("hold no private key", () => {
    expect(JSON.stringify(fleet.files())).not.toContain(fleet.signer.seed);
  });

  it("are refused where model.onnx is not the one that model.json names", () => {
    const path = join(root, "models", NAME, "model.onnx");
    const content = readFileSync(path);
    content[100] = (content[100] ?? 0) ^ 1;
    writeFileSync(path, content);
    expect(() => modelFiles(root, [NAME], () => "")).toThrow(/train it again or restore it/);
  });
});
