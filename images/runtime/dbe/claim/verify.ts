import { MLDSA87 } from "../../pqc/keys.ts";
import { verifySignature } from "../../pqc/verify-signature.ts";
import { CLAIM_CONTEXT, type Claim, MAX_CLAIM_LENGTH, MAX_CLAIM_SECONDS, USER_ID } from "./claim.ts";

/** What a claim must say to be good for a message. */
export interface ClaimExpectation {
  /** Upper-case tenant id of the message. */
  readonly tenant: string;
  /** Device that sends the message. */
  readonly device: number;
  /** Id of the message, 16 bytes. */
  readonly messageId: Buffer;
  /** Hex of the tenant's public signing key, certified by the root. */
  readonly publicKey: string;
  /** ms since 1970 */
  readonly now: number;
}

/** A claim that holds, or what is wrong with it; never a part of the token. */
export type ClaimResult = { readonly ok: true; readonly claim: Claim } | { readonly ok: false; readonly why: string };

/** Clocks of two nodes may differ by this, seconds; the bus takes no message that is further off. */
const SKEW_SECONDS = 30;
const PART = /^[A-Za-z0-9_-]+$/;
const HEADER_KEYS = "alg,kid,typ";
const CLAIM_KEYS = "device,expires_at,issued_at,message_id,tenant_id,user_id";

/**
 * Whether `token` is a claim for exactly this message. Only ML-DSA-87 is known, no header can choose anything else, and
 * fields this version does not know make a token void. Never throws.
 * @param verify checks the signature; a caller may remember what it has checked
 */
export function verifyClaim(
  token: Buffer,
  expected: ClaimExpectation,
  verify: typeof verifySignature = verifySignature,
): ClaimResult {
  if (token.length > MAX_CLAIM_LENGTH) return refused(`it is longer than ${MAX_CLAIM_LENGTH} characters`);
  const parts = token.toString("latin1").split(".");
  const [head = "", body = "", tail = ""] = parts;
  if (parts.length !== 3 || !parts.every((part) => PART.test(part))) return refused("it does not have three parts");

  const header = decoded(head, HEADER_KEYS);
  if (header?.alg !== "ML-DSA-87" || header.typ !== "dsmil-claim") return refused("its header is not that of a claim");
  if (header.kid !== expected.tenant.toLowerCase()) return refused("it names another tenant's key");

  const claim = decoded(body, CLAIM_KEYS);
  const wrong = claim ? firstWrong(claim, expected) : "its payload is not that of a claim";
  if (wrong) return refused(wrong);

  const signature = Buffer.from(tail, "base64url");
  const canonical = signature.length === MLDSA87.signature && signature.toString("base64url") === tail;
  const signed = Buffer.from(`${head}.${body}`);
  if (!canonical || !verify(expected.publicKey, signed, signature, CLAIM_CONTEXT)) {
    return refused("its signature is not the tenant's");
  }
  return { ok: true, claim: claim as unknown as Claim };
}

function firstWrong(claim: Record<string, unknown>, expected: ClaimExpectation): string | undefined {
  const { tenant_id, user_id, device, issued_at, expires_at, message_id } = claim;
  if (tenant_id !== expected.tenant) return "it is for another tenant";
  if (device !== expected.device) return "it is for another device";
  if (message_id !== expected.messageId.toString("hex")) return "it is for another message";
  if (typeof user_id !== "string" || !USER_ID.test(user_id)) return "its user_id is not one";
  if (!isTime(issued_at) || !isTime(expires_at)) return "its times are not seconds since 1970";
  const life = expires_at - issued_at;
  if (life < 1 || life > MAX_CLAIM_SECONDS) return `it does not hold 1 to ${MAX_CLAIM_SECONDS} seconds`;
  const now = expected.now / 1000;
  if (issued_at > now + SKEW_SECONDS) return "it was issued in the future";
  return expires_at <= now ? "it is no longer valid" : undefined;
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** The JSON object in a part, if it has exactly these keys (sorted, with commas) and was encoded in the one way there is. */
function decoded(part: string, keys: string): Record<string, unknown> | undefined {
  const bytes = Buffer.from(part, "base64url");
  if (bytes.toString("base64url") !== part) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    return Object.keys(value).sort().join() === keys ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function refused(why: string): ClaimResult {
  return { ok: false, why };
}
