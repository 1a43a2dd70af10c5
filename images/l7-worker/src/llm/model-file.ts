import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { versionsIn } from "../../../runtime/models/model-folder.ts";
import { MAX_SIGNATURE_LENGTH, verifyModelSignature } from "../../../runtime/models/signature.ts";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";

/** A GGUF file that is the one its model.json names. */
export interface ModelFile {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  /** Whether the fleet's signer of models signed its model.json. */
  readonly signed: boolean;
}

export interface ModelFileWant {
  /** Folder of all models. */
  readonly folder: string;
  readonly name: string;
  readonly signatureRequired: boolean;
  /** Hex of the fleet root's raw public key; throws where there is none. */
  readonly root: () => string;
}

const MAX_JSON = 64 * 1024;
const SHA384 = /^[0-9a-f]{96}$/;

/**
 * The highest version of a model: its signature where there is one, then the GGUF's SHA-384.
 * @throws Error with what is wrong
 */
export async function findModel({ folder, name, signatureRequired, root }: ModelFileWant): Promise<ModelFile> {
  const own = join(folder, name);
  const [version] = await versionsIn(own);
  if (version === undefined) throw new Error(`no version in ${own}`);
  const text = await readBounded(join(own, version, "model.json"), MAX_JSON);
  if (text === undefined) throw new Error(`${own}/${version}/model.json is missing`);
  const signature = await readBounded(join(own, version, "model.sig"), MAX_SIGNATURE_LENGTH);
  if (signature !== undefined) verifyModelSignature(Buffer.from(text), signature, root(), Date.now());
  else if (signatureRequired)
    throw new Error(`${own}/${version}/model.sig is missing; lay signed models with dsmil up`);
  const { sha384, bytes } = parse(text, name, version);
  const path = join(own, version, "model.gguf");
  const size = await stat(path).then(
    (found) => found.size,
    () => -1,
  );
  if (size < 0) throw new Error(`${path} is missing`);
  if (size !== bytes || (await digestOf(path)) !== sha384) {
    throw new Error(`${path} is not the file that model.json names`);
  }
  return { name, version, path, signed: signature !== undefined };
}

function parse(text: string, name: string, version: string): { sha384: string; bytes: number } {
  const value = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  const { sha384, bytes, format } = value ?? {};
  if (value?.name !== name || value.version !== version) throw new Error(`model.json is not of ${name} ${version}`);
  if (format !== "gguf") throw new Error("model.json: format is not gguf");
  if (typeof sha384 !== "string" || !SHA384.test(sha384)) throw new Error("model.json: sha384 is missing or wrong");
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes)) throw new Error("model.json: bytes is wrong");
  return { sha384, bytes };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha384");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
