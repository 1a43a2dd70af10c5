import { createHash } from "node:crypto";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { MAX_MANIFEST_LENGTH, MAX_MODEL_BYTES, type ModelManifest, parseManifest, VERSION } from "./manifest.ts";
import { MAX_SIGNATURE_LENGTH, verifyModelSignature } from "./signature.ts";

/** A model whose origin and content are proven; nothing has run it yet. */
export interface ProvenModel {
  readonly manifest: ModelManifest;
  readonly content: Buffer;
}

/**
 * The versions that lie in a model's folder, highest first. No folder is no version.
 * @throws Error when the folder cannot be read
 */
export async function versionsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new Error(`${folder} cannot be read: ${error.code ?? "unreadable"}`);
  });
  return names.filter((name) => VERSION.test(name)).sort((a, b) => compare(b, a));
}

/**
 * Reads one version: model.json, model.sig and model.onnx.
 * @param root hex of the fleet root's raw public key
 * @throws Error with what is wrong: a file, the signature, the digest
 */
export async function readModel(folder: string, root: string, now: number): Promise<ProvenModel> {
  const manifestBytes = await required(join(folder, "model.json"), MAX_MANIFEST_LENGTH);
  const signature = await required(join(folder, "model.sig"), MAX_SIGNATURE_LENGTH);
  // Before anything is parsed: what is not signed is not looked into.
  verifyModelSignature(manifestBytes, signature.toString("utf8"), root, now);
  const manifest = parseManifest(manifestBytes.toString("utf8"));
  const content = await required(join(folder, "model.onnx"), MAX_MODEL_BYTES);
  const sha384 = createHash("sha384").update(content).digest("hex");
  if (content.length !== manifest.bytes || sha384 !== manifest.sha384) {
    throw new Error(`model.onnx is not the file that model.json names (SHA-384 ${sha384.slice(0, 16)}…)`);
  }
  return { manifest, content };
}

async function required(path: string, limit: number): Promise<Buffer> {
  const content = await bounded(path, limit);
  if (!content) throw new Error(`${path} is missing`);
  return content;
}

/** A file of at most `limit` bytes; undefined when there is none. */
async function bounded(path: string, limit: number): Promise<Buffer | undefined> {
  const handle = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new Error(`${path} cannot be read: ${error.code ?? "unreadable"}`);
  });
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    if (size > limit) throw new Error(`${path} is longer than ${limit} bytes`);
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await handle.read(buffer, 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
