import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import { L7_ROLES, L7_SUBJECT, L7_TOKEN, type L7Role } from "../../../runtime/l7/token.ts";
import { publicKey } from "../../../runtime/pqc/keys.ts";
import { ApiError } from "../api-error.ts";
import type { ApiKey } from "../key-ring.ts";

/** Hex of an upper-case tenant's public key; undefined when none is known. Throws when its certificate has ended. */
export type KeyOf = (tenant: string) => string | undefined;

/** Form of a signed token: three parts, of which none is empty (`alg: none` has no third). */
const TOKEN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const LOOKS_LIKE_ONE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;
const KID = /^[a-z][a-z0-9]{1,15}$/;
const CLOCK_SECONDS = 30;

/** Whether a presented credential is a token, not a key. */
export const looksLikeToken = (presented: string): boolean => LOOKS_LIKE_ONE.test(presented);

/** Tells who a JWT speaks for: signed with ML-DSA-87 by the key of the tenant that it names, for this API, for an hour at most. */
export class TokenVerifier {
  private readonly keyOf: KeyOf;

  constructor(keyOf: KeyOf) {
    this.keyOf = keyOf;
  }

  /** @throws ApiError 401, or 403 when it names another tenant than its signer */
  async verify(token: string): Promise<ApiKey> {
    const tenant = signerOf(token);
    const key = this.key(tenant);
    const { payload } = await jwtVerify(token, publicKey(key), {
      algorithms: [L7_TOKEN.alg],
      issuer: L7_TOKEN.issuer,
      audience: L7_TOKEN.audience,
      typ: "JWT",
      requiredClaims: ["exp", "iat", "sub", "tenant_id", "roles"],
      maxTokenAge: L7_TOKEN.maxSeconds,
      clockTolerance: CLOCK_SECONDS,
    }).catch((error: unknown) => {
      throw refusal(error);
    });
    return callerIn(payload, tenant);
  }

  private key(tenant: string): string {
    try {
      const key = this.keyOf(tenant);
      if (key) return key;
    } catch {
      // An ended certificate speaks for nobody.
    }
    throw invalid("its signer is not known here");
  }
}

function signerOf(token: string): string {
  if (token.length > L7_TOKEN.maxLength || !TOKEN.test(token)) throw invalid("it is not a signed one");
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    if (alg === L7_TOKEN.alg && typeof kid === "string" && KID.test(kid)) return kid.toUpperCase();
  } catch {
    throw invalid("it cannot be read");
  }
  throw invalid(`it is not signed with ${L7_TOKEN.alg} by a tenant`);
}

function callerIn({ tenant_id, roles, sub, iat = 0, exp = 0 }: JWTPayload, tenant: string): ApiKey {
  if (tenant_id !== tenant)
    throw new ApiError(403, "tenant_mismatch", "The token names another tenant than its signer.");
  if (exp - iat > L7_TOKEN.maxSeconds) throw invalid(`it holds longer than ${L7_TOKEN.maxSeconds} s`);
  if (typeof sub !== "string" || !L7_SUBJECT.test(sub)) throw invalid("its subject is not one");
  const known = Array.isArray(roles) && roles.every((role) => (L7_ROLES as readonly unknown[]).includes(role));
  if (!known) throw invalid("its roles are not known");
  return { tenant, name: sub, roles: new Set(roles as L7Role[]) };
}

function refusal(error: unknown): ApiError {
  if (error instanceof errors.JWTExpired)
    return new ApiError(401, "token_expired", "The token has ended. Get a new one.");
  if (error instanceof errors.JWTClaimValidationFailed) return invalid(`${error.claim}: ${error.reason}`);
  return invalid("its signature does not hold");
}

const invalid = (why: string): ApiError => new ApiError(401, "invalid_token", `The token is refused: ${why}.`);
