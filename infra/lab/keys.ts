import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runOrThrow } from "./run.ts";

/** Key that the lab's machines accept, relative to the project folder. */
export const LAB_KEY_FILE = ".dsmil/lab/id_ed25519";

/**
 * Makes the lab's key pair once (private part 0600).
 * @returns path of the public part
 */
export async function ensureLabKey(root: string): Promise<string> {
  const path = join(root, LAB_KEY_FILE);
  if (existsSync(path) && existsSync(`${path}.pub`)) return `${path}.pub`;
  mkdirSync(join(root, ".dsmil/lab"), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}`;
  for (const old of [next, `${next}.pub`]) rmSync(old, { force: true });
  await runOrThrow(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "dsmil-lab", "-f", next]);
  // The public part first: a half-made pair is made again.
  renameSync(`${next}.pub`, `${path}.pub`);
  renameSync(next, path);
  return `${path}.pub`;
}
