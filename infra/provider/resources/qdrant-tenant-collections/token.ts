import { decodeJwt, type JWTPayload, jwtVerify, SignJWT } from "jose";

/** A token and the end of its life, RFC 3339. */
export interface Token {
  readonly token: string;
  readonly tokenExpires: string;
}

/** Days that a token lives unless the inputs say otherwise. */
export const DEFAULT_TTL_DAYS = 90;
const DAY_MS = 86_400_000;
/** Any `up` renews a token of whose life less than this is left. */
const RENEW_BELOW = 1 / 3;

const key = (secret: string): Uint8Array => new TextEncoder().encode(secret);

/** Signs a token for these collections, to read and to write, and nothing else. */
export async function mintToken(
  secret: string,
  tenant: string,
  collections: readonly string[],
  ttlDays: number,
  now = Date.now(),
): Promise<Token> {
  const expires = Math.floor((now + ttlDays * DAY_MS) / 1000);
  const claims: JWTPayload = {
    sub: tenant,
    exp: expires,
    access: collections.map((collection) => ({ collection, access: "rw" })),
  };
  lintClaims(claims, tenant, now, ttlDays);
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(key(secret));
  return { token, tokenExpires: new Date(expires * 1000).toISOString() };
}

/**
 * Refuses claims that would open more than a tenant's collections: Qdrant takes a token without `access` for one that
 * may do everything, and one without `exp` lives for ever.
 * @throws Error naming the claim
 */
export function lintClaims(claims: JWTPayload, tenant: string, now: number, ttlDays: number): void {
  const bad = (claim: string, why: string): Error => new Error(`token of tenant ${tenant} not signed: ${claim} ${why}`);
  const { exp, access, sub, ...others } = claims as JWTPayload & { access?: unknown };
  const longest = Math.floor((now + ttlDays * DAY_MS) / 1000);
  if (typeof exp !== "number" || exp * 1000 <= now || exp > longest) throw bad("exp", "is missing or out of range");
  if (sub !== tenant) throw bad("sub", "is not the tenant");
  const [other] = Object.keys(others);
  if (other !== undefined) throw bad(other, "has no place in it");
  if (!Array.isArray(access) || access.length === 0)
    throw bad("access", "must list collections: without it all are open");
  for (const entry of access as Record<string, unknown>[]) {
    const { collection, access: level, ...rest } = entry ?? {};
    const own = typeof collection === "string" && collection.startsWith(`${tenant}_`) && !/[*?]/.test(collection);
    if (!own || level !== "rw" || Object.keys(rest).length > 0) {
      throw bad("access", `must name collections of the tenant with "rw", found ${JSON.stringify(entry)}`);
    }
  }
}

/** Whether a token opens exactly these collections with the server's present key; expiry is judged by `isDue`. */
export async function isValid(
  { token }: Pick<Token, "token">,
  secret: string,
  tenant: string,
  collections: readonly string[],
): Promise<boolean> {
  try {
    const { exp = 0 } = decodeJwt(token);
    const at = { algorithms: ["HS256"], currentDate: new Date(Math.min(Date.now(), exp * 1000 - 1000)) };
    const { payload } = await jwtVerify(token, key(secret), at);
    const access = payload.access as { collection: string; access: string }[];
    const listed = access.map(({ collection, access: level }) => `${collection} ${level}`).toSorted();
    const wanted = collections.map((collection) => `${collection} rw`).toSorted();
    return payload.sub === tenant && listed.join() === wanted.join();
  } catch {
    return false;
  }
}

/** Whether a token should be replaced now: less than a third of the life it is given is left. */
export function isDue({ tokenExpires }: Pick<Token, "tokenExpires">, ttlDays: number, now = Date.now()): boolean {
  const left = Date.parse(tokenExpires) - now;
  return !(left >= ttlDays * DAY_MS * RENEW_BELOW);
}
