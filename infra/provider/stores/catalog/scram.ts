import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);
/** PostgreSQL's own default (RFC 7677 asks for 4096 at least). */
const ITERATIONS = 4096;
const KEY_LENGTH = 32;

interface Keys {
  readonly stored: Buffer;
  readonly server: Buffer;
}

/** RFC 5802 §3; printable ASCII passwords need no SASLprep. */
async function keysOf(password: string, salt: Buffer, iterations: number): Promise<Keys> {
  const salted = await derive(password, salt, iterations, KEY_LENGTH, "sha256");
  const mac = (text: string): Buffer => createHmac("sha256", salted).update(text).digest();
  return { stored: createHash("sha256").update(mac("Client Key")).digest(), server: mac("Server Key") };
}

/** What PostgreSQL stores for a password, made here so that the password itself never is in a statement or its log. */
export async function scramVerifier(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { stored, server } = await keysOf(password, salt, ITERATIONS);
  const [s, k, v] = [salt, stored, server].map((bytes) => bytes.toString("base64"));
  return `SCRAM-SHA-256$${ITERATIONS}:${s}$${k}:${v}`;
}

/** Whether a stored verifier accepts the password; false for none, for MD5 and for anything else. */
export async function scramMatches(verifier: string | null, password: string): Promise<boolean> {
  const parts = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(verifier ?? "");
  if (parts === null) return false;
  const [, iterations, ...encoded] = parts as unknown as [string, string, string, string, string];
  const [salt, stored, server] = encoded.map((text) => Buffer.from(text, "base64")) as [Buffer, Buffer, Buffer];
  const keys = await keysOf(password, salt, Number(iterations));
  const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
  return same(stored, keys.stored) && same(server, keys.server);
}
