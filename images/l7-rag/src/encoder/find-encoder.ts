import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ENCODER } from "../../../runtime/l7/rag/limits.ts";
import { MAX_MANIFEST_LENGTH } from "../../../runtime/models/manifest.ts";
import { versionsIn } from "../../../runtime/models/model-folder.ts";
import type { ModelSettings } from "../../../runtime/models/model-settings.ts";
import { MAX_SIGNATURE_LENGTH, verifyModelSignature } from "../../../runtime/models/signature.ts";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";
import { type EncoderFile, type EncoderManifest, parseEncoderManifest } from "./encoder-manifest.ts";

/** Sub-folder with what is too large for a resource that keeps contents. */
export const CONTENT_FOLDER = "content";

/** An encoder whose origin and content are proven; nothing has run it yet. */
export interface ProvenEncoder {
  readonly manifest: EncoderManifest;
  readonly model: Buffer;
  readonly tokenizer: Buffer;
}

/**
 * The highest version of the encoder: signature first, then length and SHA-384 of both files.
 * @throws Error with what is wrong
 */
export async function findEncoder({ folder, root }: Pick<ModelSettings, "folder" | "root">): Promise<ProvenEncoder> {
  const own = join(folder, ENCODER);
  const [version] = await versionsIn(own);
  if (version === undefined) throw new Error(`no version in ${own}`);
  const at = join(own, version);
  const text = await required(join(at, "model.json"), MAX_MANIFEST_LENGTH);
  const signature = await required(join(at, "model.sig"), MAX_SIGNATURE_LENGTH);
  verifyModelSignature(Buffer.from(text), signature, root(), Date.now());
  const manifest = parseEncoderManifest(text);
  if (manifest.version !== version) throw new Error(`it is version ${manifest.version}, in the folder of ${version}`);
  const model = await proven(join(at, CONTENT_FOLDER, "model.onnx"), manifest.model);
  const tokenizer = await proven(join(at, CONTENT_FOLDER, "tokenizer.json"), manifest.tokenizer);
  return { manifest, model, tokenizer };
}

async function required(path: string, limit: number): Promise<string> {
  const text = await readBounded(path, limit);
  if (text === undefined) throw new Error(`${path} is missing`);
  return text;
}

async function proven(path: string, { bytes, sha384 }: EncoderFile): Promise<Buffer> {
  const size = await stat(path).then(
    (found) => found.size,
    () => -1,
  );
  if (size < 0) throw new Error(`${path} is missing; \`dsmil up\` fetches and lays it`);
  if (size !== bytes) throw new Error(`${path} is not the file that model.json names (${size} bytes)`);
  const content = await readFile(path);
  if (createHash("sha384").update(content).digest("hex") !== sha384) {
    throw new Error(`${path} is not the file that model.json names`);
  }
  return content;
}
