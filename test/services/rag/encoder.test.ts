import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Encoder } from "../../../images/l7-rag/src/encoder/encoder.ts";
import { findEncoder } from "../../../images/l7-rag/src/encoder/find-encoder.ts";
import type { FetchedModel } from "../../../infra/models/fetched-model.ts";
import { generate } from "../../../infra/provider/pqc.ts";
import { PROJECT } from "../support/model-fleet.ts";
import { layEncoder, theEncoder } from "./encoder-files.ts";

const root = generate();
let dir: string;
let model: FetchedModel;
let encoder: Encoder;
const settings = () => ({ folder: `${dir}/models`, root: () => root.publicKey });
beforeAll(async () => {
  dir = mkdtempSync("/tmp/dsmil-encoder-");
  model = await theEncoder();
  layEncoder(`${dir}/models`, model, root.seed);
  encoder = await Encoder.load(await findEncoder(settings()));
}, 240_000);
afterAll(async () => {
  await encoder?.release();
  rmSync(dir, { recursive: true, force: true });
});

describe("the tokenizer", () => {
  it.each([
    ["This is an example sentence", [101, 2023, 2003, 2019, 2742, 6251, 102]],
    ["Hello, World!", [101, 7592, 1010, 2088, 999, 102]],
    ["naïve façade", [101, 15743, 8508, 102]],
    ["", [101, 102]],
  ])("gives %j the ids that BERT's gives it", (text, ids) => {
    expect(encoder.pieces.ids(text)).toEqual(ids);
  });

  it("counts words that add up, which chunks rely on", () => {
    const text =
      "Failed password for invalid user oracle from 203.0.113.7 port 50122 ssh2 — 東京 🚀 CVE-2021-44228\u00a0x";
    const sum = text.split(/\s+/).reduce((total, word) => total + encoder.pieces.count(word), 0);
    expect(encoder.pieces.ids(text)).toHaveLength(sum + 2);
  });
});

describe("the encoder", () => {
  const encode = (text: string) => encoder.encode(encoder.pieces.ids(text));
  const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

  it("gives the same text the same vector, of length 1, also at its longest", async () => {
    const [a, b] = [await encode("one text"), await encode("one text")];
    expect(a).toEqual(b);
    const longest = await encoder.encode(Array<number>(256).fill(2003));
    expect(cosine(longest, longest)).toBeCloseTo(1, 5);
    await expect(encoder.encode(Array<number>(257).fill(2003))).rejects.toThrow();
  });

  it("orders sentences by what they mean", async () => {
    const question = await encode("Where are events stored for the long term?");
    const scores = await Promise.all(
      [
        "PostgreSQL keeps the archive; Redis carries the streams.",
        "The cat slept on the warm windowsill all afternoon.",
      ].map(async (text) => cosine(question, await encode(text))),
    );
    expect(scores[0]).toBeGreaterThan((scores[1] ?? 1) + 0.15);
  });

  it.each([
    ["model.json", "is not what the fleet's signer of models signed"],
    ["content/model.onnx", "is not the file that model.json names"],
    ["content/tokenizer.json", "is not the file that model.json names"],
  ])("is refused when %s was changed", async (file, reason) => {
    const path = join(dir, "models", model.name, model.version, file);
    const good = readFileSync(path);
    const bad = Buffer.from(good);
    bad[good.length - 20] = (bad[good.length - 20] ?? 0) ^ 1;
    rmSync(path);
    writeFileSync(path, bad);
    await expect(findEncoder(settings())).rejects.toThrow(reason);
    writeFileSync(path, good);
    await expect(findEncoder(settings())).resolves.toBeDefined();
  });

  it("is refused from another fleet's signer, without a signature, and where its files are missing", async () => {
    await expect(findEncoder({ ...settings(), root: () => generate().publicKey })).rejects.toThrow();
    const folder = join(dir, "models", model.name, model.version);
    rmSync(join(folder, "model.sig"));
    await expect(findEncoder(settings())).rejects.toThrow("model.sig is missing");
    layEncoder(`${dir}/models`, model, root.seed);
    rmSync(join(folder, "content"), { recursive: true });
    await expect(findEncoder(settings())).rejects.toThrow("is missing; `dsmil up` fetches and lays it");
    layEncoder(`${dir}/models`, model, root.seed);
  });
});

describe("the conversion", () => {
  it("refuses weights that are not those that were published", () => {
    writeFileSync(`${dir}/other.safetensors`, "no model");
    const argv = [`${PROJECT}/models/l7-encoder/convert.ts`, `${dir}/other.safetensors`, `${dir}/out.onnx`];
    expect(() => execFileSync(process.execPath, argv, { stdio: "pipe" })).toThrow("is not the published model");
  });

  it("made the file that model.json names, which keeps the directions of the original", () => {
    const made = readFileSync(join(PROJECT, model.source, "model.onnx"));
    expect(createHash("sha384").update(made).digest("hex")).toBe(model.files["model.onnx"]?.sha384);
    const metrics = JSON.parse(readFileSync(`${PROJECT}/models/l7-encoder/metrics.json`, "utf8"));
    expect(metrics.cosine_to_float32.lowest).toBeGreaterThan(0.999);
  });
});
