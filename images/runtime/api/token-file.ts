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
 * The SHA-256 of a token that a file holds in 64 hex digits; the token itself is never on a node's disk.
 * @throws Error when the file cannot be read or holds something else
 */
export function readTokenDigest(path: string): Buffer {
  const digest = readSecret(path);
  if (!HEX.test(digest)) throw new Error(`${path} holds no SHA-256 in hexadecimal; run \`dsmil up\` again`);
  return Buffer.from(digest, "hex");
}

/** Whether the digest is that of the token, in a time that tells nothing of either. */
export function isDigestOf(digest: Buffer, token: string): boolean {
  return timingSafeEqual(digest, createHash("sha256").update(token).digest());
}
