import { createHmac, sign } from "node:crypto";
import { L7_ROLES, L7_TOKEN } from "../../../images/runtime/l7/token.ts";
import { privateKey } from "../../../images/runtime/pqc/keys.ts";
import type { TokenFault, TokenIdentity } from "../types.ts";

/** What a token is made with, both in hex. */
export interface TokenKeys {
  /** Seed of the signer's key. */
  readonly seed: string;
  /** Of the tenant that the token names; everybody may know it. */
  readonly publicKey: string;
}

const LIFE_SECONDS = 120;
/** Who a token says it is for. */
const SUBJECT = "isolation-probe";

/** A token for the L7 API as its signer would issue it, or wrong in one respect. */
export function l7Token({ signer, names, fault }: TokenIdentity, { seed, publicKey }: TokenKeys): string {
  const kid = fault === undefined || !OF_THE_NAMED.has(fault) ? signer : names;
  const claims = part({ ...genuine(names), ...changes(fault) });
  if (fault === "unsigned") return `${part({ alg: "none", typ: "JWT", kid })}.${claims}.`;
  const mac = fault === "hmac_bytes" || fault === "hmac_hex" ? "HS256" : undefined;
  const head = part({ alg: mac ?? L7_TOKEN.alg, typ: "JWT", kid });
  if (mac !== undefined) {
    const secret = fault === "hmac_bytes" ? Buffer.from(publicKey, "hex") : publicKey;
    return `${head}.${claims}.${createHmac("sha256", secret).update(`${head}.${claims}`).digest("base64url")}`;
  }
  const signed = fault === "rewritten" ? part(genuine(signer)) : claims;
  const signature = sign(null, Buffer.from(`${head}.${signed}`), privateKey(seed));
  return `${head}.${claims}.${signature.toString("base64url")}`;
}

/** Faults of tokens that name the other tenant in their header as well. */
const OF_THE_NAMED: ReadonlySet<TokenFault> = new Set(["borrowed_kid", "unsigned", "hmac_bytes", "hmac_hex"]);

function genuine(tenant: string): Record<string, unknown> {
  const now = seconds();
  return {
    ...{ tenant_id: tenant.toUpperCase(), roles: L7_ROLES, sub: SUBJECT },
    ...{ iss: L7_TOKEN.issuer, aud: L7_TOKEN.audience, iat: now, exp: now + LIFE_SECONDS },
  };
}

/** Claims that make a token wrong; `undefined` leaves one out. */
function changes(fault: TokenFault | undefined): Record<string, unknown> {
  const now = seconds();
  switch (fault) {
    case "expired":
      return { iat: now - 1200, exp: now - 600 };
    case "endless":
      return { exp: undefined };
    case "too_long":
      return { exp: now + L7_TOKEN.maxSeconds + 60 };
    case "other_audience":
      return { aud: "isolation-probe" };
    case "other_issuer":
      return { iss: "isolation-probe" };
    default:
      return {};
  }
}

const seconds = (): number => Math.floor(Date.now() / 1000);

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
