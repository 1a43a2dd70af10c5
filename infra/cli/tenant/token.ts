import { SignJWT } from "jose";
import { L7_ROLES, L7_SUBJECT, L7_TOKEN } from "../../../images/runtime/l7/token.ts";
import { privateKey } from "../../../images/runtime/pqc/keys.ts";
import { UserError } from "../errors.ts";

/** What a token is issued for. */
export interface TokenRequest {
  /** Upper-case tenant id. */
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly subject: string;
  readonly minutes: number;
}

/**
 * A token for the L7 API, signed with the tenant's ML-DSA-87 key.
 * @param seed hex of the key's seed
 * @throws UserError for what no router would take
 */
export async function issueToken(seed: string, { tenant, roles, subject, minutes }: TokenRequest): Promise<string> {
  const unknown = roles.filter((role) => !(L7_ROLES as readonly string[]).includes(role));
  if (unknown.length > 0) throw new UserError(`there is no role ${unknown.join(", ")}`, `use ${L7_ROLES.join(", ")}`);
  if (!L7_SUBJECT.test(subject)) {
    throw new UserError("that subject cannot stand in a claim", "use up to 64 letters, digits, dots, dashes, _ and @");
  }
  if (!(minutes > 0 && minutes * 60 <= L7_TOKEN.maxSeconds)) {
    throw new UserError(`a token cannot hold ${minutes} minutes`, `use 1 to ${L7_TOKEN.maxSeconds / 60}`);
  }
  const now = Math.floor(Date.now() / 1000);
  return await new SignJWT({ tenant_id: tenant, roles: [...roles] })
    .setProtectedHeader({ alg: L7_TOKEN.alg, typ: "JWT", kid: tenant.toLowerCase() })
    .setIssuer(L7_TOKEN.issuer)
    .setAudience(L7_TOKEN.audience)
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + Math.floor(minutes * 60))
    .sign(privateKey(seed));
}
