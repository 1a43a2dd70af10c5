import { readFileSync, statSync } from "node:fs";
import { UserError } from "../errors.ts";

/**
 * An officer's key, from a file that nobody else can read: 64 hex digits, the seed of an ML-DSA-87 key.
 * @throws UserError naming the file and what to do
 */
export function readOfficerKey(file: string): string {
  const text = contentOf(file);
  if (!/^[0-9a-f]{64}$/.test(text)) throw new UserError(`${file} holds no officer's key`, "expected 64 hex digits");
  return text;
}

function contentOf(file: string): string {
  let mode: number;
  let text: string;
  try {
    mode = statSync(file).mode;
    text = readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, "`bin/dsmil officer add` makes a key");
  }
  if ((mode & 0o077) !== 0) throw new UserError(`${file} can be read by others`, `run \`chmod 600 ${file}\``);
  return text;
}
