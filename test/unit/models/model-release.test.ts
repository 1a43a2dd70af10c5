import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { modelNames, modelRelease } from "../../../infra/models/model-release.ts";

const PROJECT = resolve(import.meta.dirname, "../../..");
const NAME = "l3-sensor-fusion";

describe("a model of the project", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "t-model-release-"));
    cpSync(join(PROJECT, "models", NAME), join(root, "models", NAME), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("is read as it lies there", () => {
    const decide = ["l3-sensor-fusion", "l4-threat-classifier", "l5-forecaster", "l6-risk"];
    expect(modelNames(PROJECT)).toEqual([...decide, "l7-speech", "l7-vision"]);
    const { name, version, manifest, digest, content: onnx } = modelRelease(PROJECT, NAME);
    expect([name, version]).toEqual([NAME, "6.0.0"]);
    expect(manifest).toBe(readFileSync(join(PROJECT, "models", NAME, "model.json"), "utf8"));
    expect(onnx.equals(readFileSync(join(PROJECT, "models", NAME, "model.onnx")))).toBe(true);
    expect(digest).toMatch(/^[0-9a-f]{96}$/);
  });

  it("is refused where model.onnx is not the one that model.json names", () => {
    const path = join(root, "models", NAME, "model.onnx");
    const content = readFileSync(path);
    content[100] = (content[100] ?? 0) ^ 1;
    writeFileSync(path, content);
    expect(() => modelRelease(root, NAME)).toThrow(/train it again or restore it/);
  });

  it("that is not there is told with those that are", () => {
    expect(() => modelRelease(root, "l9")).toThrow(`there is no model l9; models/ has ${NAME}`);
  });
});
