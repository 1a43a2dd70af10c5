import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { toolPaths } from "./paths.ts";

/**
 * Makes the passphrase that encrypts secrets in the default backend's state: 32 random bytes, base64url, in a file only
 * its owner can read. An existing file is never overwritten: without it the state's secrets are lost.
 */
export function ensurePassphrase(root: string): void {
  const { passphrase } = toolPaths(root);
  if (exists(passphrase)) {
    if ((statSync(passphrase).mode & 0o077) !== 0) chmodSync(passphrase, 0o600);
    return;
  }
  mkdirSync(dirname(passphrase), { recursive: true });
  const fresh = `${passphrase}.${process.pid}`;
  writeFileSync(fresh, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  try {
    linkSync(fresh, passphrase); // whole or not at all, and refused where another run was first
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(fresh);
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
