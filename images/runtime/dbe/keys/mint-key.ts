import { generateKeyPairSync } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { tpmPublicFile } from "./key-paths.ts";
import { type KeyPlace, openKey } from "./open-key.ts";
import { seal } from "./tpm/seal.ts";
import { sealByTransit } from "./transit/transit-key.ts";

/** A place that keeps no bare seed. */
export type SealedPlace = Exclude<KeyPlace, { readonly kind: "file" }>;

/**
 * Makes a new key and seals it before anything of it is written: its seed is in this process's memory alone. The
 * sealed files are 0600 and take the place of older ones; a crash leaves the old key, the new one, or no key.
 * @returns hex of the public key, from the key opened again as a start does it
 * @throws KeyError
 */
export async function mintKey(place: SealedPlace): Promise<string> {
  const seed = generateKeyPairSync("ml-dsa-87").privateKey.export({ format: "raw-seed" });
  try {
    await lay(place, seed);
  } finally {
    seed.fill(0);
  }
  return (await openKey(place)).publicKey;
}

async function lay(place: SealedPlace, seed: Buffer): Promise<void> {
  if (place.kind === "transit") {
    await write(place.file, `${await sealByTransit(place, seed)}\n`);
    return;
  }
  const { publicPart, privatePart } = await seal(place, seed);
  // The half that NODE_KEY_FILE names comes last: where it lies, its other half does.
  await rm(place.file, { force: true });
  await write(tpmPublicFile(place.file), publicPart);
  await write(place.file, privatePart);
}

async function write(file: string, content: Buffer | string): Promise<void> {
  const next = `${file}.new`;
  await rm(next, { force: true });
  const handle = await open(next, "wx", 0o600);
  await finish(handle, (h) => h.writeFile(content));
  await rename(next, file);
  await finish(await open(dirname(file)));
}

/** Waits until the disk has it. */
async function finish(handle: FileHandle, work?: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work?.(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
