import type { IncomingHttpHeaders } from "node:http";
import type { L7Role } from "../../runtime/l7/token.ts";
import { ApiError } from "./api-error.ts";
import { looksLikeToken, type TokenVerifier } from "./identity/token-verifier.ts";
import type { ApiKey, KeyRing } from "./key-ring.ts";

const BEARER = /^Bearer +([\x21-\x7e]{1,8192})$/i;

/**
 * Who asks: the key, or the token, in `Authorization: Bearer …`. Throws 401 without a known one, 403 when `X-Tenant-ID`
 * names another tenant than it, or when it is a token without `role`. Messages never repeat it.
 */
export async function authorize(
  headers: IncomingHttpHeaders,
  ring: KeyRing,
  tokens: TokenVerifier,
  role: L7Role,
): Promise<ApiKey> {
  const { authorization } = headers;
  if (!authorization) {
    throw new ApiError(401, "missing_api_key", "No API key. Send it as `Authorization: Bearer <key>`.");
  }
  const presented = BEARER.exec(authorization)?.[1];
  if (!presented) throw new ApiError(401, "invalid_api_key", "The Authorization header is not `Bearer <key>`.");
  const key = looksLikeToken(presented) ? await tokens.verify(presented) : ring.find(presented);
  if (!key) throw new ApiError(401, "invalid_api_key", "The API key is not known. It may have been withdrawn.");
  const asked = headers["x-tenant-id"];
  if (asked !== undefined && String(asked).toUpperCase() !== key.tenant) {
    throw new ApiError(
      403,
      "tenant_mismatch",
      "The API key does not belong to the tenant in X-Tenant-ID.",
      "X-Tenant-ID",
    );
  }
  if (key.roles && !key.roles.has(role)) {
    throw new ApiError(403, "role_missing", `The token does not have the role ${role}.`);
  }
  return key;
}
