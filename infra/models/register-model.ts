import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, link, mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { allModelNames } from "./model-release.ts";
import { MODEL_NAME, MODEL_VERSION, OPERATOR_MODELS, type OperatorModel, operatorVersions } from "./operator-model.ts";

export interface ModelToRegister {
  /** The GGUF file. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
}

/**
 * Lays a GGUF file below .dsmil/models with a model.json that names its size and SHA-384: as a hard link where the file
 * system allows it, else as a copy. Doing it again is no error.
 * @throws Error when it is no GGUF file, or the version is taken by another one
 */
export async function registerModel(root: string, { path, name, version }: ModelToRegister): Promise<OperatorModel> {
  if (!MODEL_NAME.test(name)) throw new Error(`"${name}" is no name of a model: lower-case letters, digits and -`);
  if (!MODEL_VERSION.test(version)) throw new Error(`"${version}" is no version: give three numbers, such as 1.0.0`);
  if (allModelNames(root).includes(name)) throw new Error(`${name} is a model of this project: give another name`);
  await checkGguf(path);
  const folder = join(root, OPERATOR_MODELS, name);
  const draft = join(folder, `.${version}.${process.pid}`);
  await mkdir(draft, { recursive: true });
  try {
    const file = join(draft, "model.gguf");
    await link(path, file).catch(() => copyFile(path, file, constants.COPYFILE_FICLONE));
    // Of what lies there now: the original may change meanwhile.
    const { size: bytes } = await stat(file);
    const facts = { v: 1, name, version, format: "gguf", bytes, sha384: await digestOf(file) };
    await writeFile(join(draft, "model.json"), `${JSON.stringify(facts, null, 2)}\n`);
    const before = operatorVersions(root, name).find((known) => known.version === version);
    if (before && before.sha384 !== facts.sha384) {
      throw new Error(`${name} ${version} is another file already: give it a higher version`);
    }
    // The same model again: also puts right one that was changed here since.
    if (before) await rm(join(folder, version), { recursive: true });
    await rename(draft, join(folder, version));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const found = operatorVersions(root, name).find((known) => known.version === version);
  if (!found) throw new Error(`${name} ${version} was not laid down`);
  return found;
}

/** What is wrong with an operator's model, if anything: its file is gone, or is not what its model.json names. */
export async function faultOf(root: string, model: OperatorModel): Promise<string | undefined> {
  const path = join(root, model.source);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return "the file is missing";
  if (found.size !== model.bytes) return `the file has ${found.size} bytes, model.json names ${model.bytes}`;
  return (await digestOf(path)) === model.sha384 ? undefined : "the file is not the one that model.json names";
}

/** The file starts as GGUF of version 2 or 3 does (magic, then the version, little-endian). */
async function checkGguf(path: string): Promise<void> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be read: ${error.code ?? error.message}`);
  });
  try {
    const head = Buffer.alloc(8);
    const { bytesRead } = await file.read(head, 0, 8, 0).catch(() => ({ bytesRead: 0 }));
    const version = head.readUInt32LE(4);
    if (bytesRead < 8 || head.toString("latin1", 0, 4) !== "GGUF" || version < 2 || version > 3) {
      throw new Error(`${path} is no GGUF file of version 2 or 3`);
    }
  } finally {
    await file.close();
  }
}

/** By streaming: a model may be larger than the memory. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha384");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
