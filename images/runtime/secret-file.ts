import { readFileSync } from "node:fs";

/**
 * The secret in `path` as it is now, without the line's end. Callers read at the moment of use and keep nothing, so
 * that a rotated file counts from the next connection on. Throws when the file is missing or empty.
 */
export function readSecret(path: string): string {
  const secret = readFileSync(path, "utf8").trim();
  if (secret === "") throw new Error(`secret file ${path} is empty; the deployer writes it, run \`dsmil up\` again`);
  return secret;
}
