import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parseEncoderManifest } from "../../../images/l7-rag/src/encoder/encoder-manifest.ts";
import { fetchedModel, isFetched } from "../../../infra/models/fetched-model.ts";

const PROJECT = resolve(import.meta.dirname, "../../..");
const text = readFileSync(`${PROJECT}/models/l7-encoder/model.json`, "utf8");
const good = JSON.parse(text) as Record<string, unknown>;

describe("the encoder's model.json", () => {
  it("is read as it lies there, and names what is fetched", () => {
    const { name, version, maxTokens, model, tokenizer, selfTest } = parseEncoderManifest(text);
    expect([name, version, maxTokens, selfTest.length]).toEqual(["l7-encoder", "1.0.0", 256, 3]);
    const fetched = fetchedModel(PROJECT, "l7-encoder");
    expect(fetched?.files).toEqual({ "model.onnx": model, "tokenizer.json": tokenizer });
    expect(fetched?.source).toBe(".dsmil/cache/models/l7-encoder/1.0.0");
    expect(fetched && isFetched("/nowhere", fetched)).toBe(false);
    expect(fetchedModel(PROJECT, "l7-tiny")).toBeUndefined();
  });

  it.each([
    ["v", 2],
    ["name", "other"],
    ["version", "1"],
    ["format", "gguf"],
    ["dimensions", 768],
    ["maxTokens", 0],
    ["bytes", -1],
    ["sha384", "00"],
    ["tokenizer", {}],
    ["selfTest", [{ text: "x", begins: [] }]],
    ["more", 1],
  ])("is refused where %s is %j", (field, value) => {
    expect(() => parseEncoderManifest(JSON.stringify({ ...good, [field]: value }))).toThrow();
  });
});
