import { createHash, timingSafeEqual } from "node:crypto";
import { readSecret } from "../secret-file.ts";

const HEX = /^[0-9a-f]{64}$/;
/** Longest token that is looked at, characters. */
const MAX_TOKEN = 512;

/** The token of an `Authorization: Bearer …` header, or undefined. */
export function bearerToken(header: string | undefined): string | undefined {
  const token = header === undefined ? undefined : /^Bearer ([\x21-\x7e]+)$/.exec(header)?.[1];
  return token !== undefined && token.length <= MAX_TOKEN ? token : undefined;
}

/**
 * Whether the token is the one whose SHA-256 (64 hex digits) is in the file. It is read each time, so that a rotation
 * needs no restart; the token itself is never on the node's disk.
 * @throws Error when the file cannot be read or holds something else
 */
export function tokenMatches(path: string, token: string): boolean {
  const digest = readSecret(path);
  if (!HEX.test(digest)) throw new Error(`${path} holds no SHA-256 in hexadecimal; run \`dsmil up\` again`);
  return timingSafeEqual(Buffer.from(digest, "hex"), createHash("sha256").update(token).digest());
}
