import type { IncomingHttpHeaders } from "node:http";
import { ApiError } from "./api-error.ts";
import type { ApiKey, KeyRing } from "./key-ring.ts";

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/**
 * Who asks: the key in `Authorization: Bearer …`. Throws 401 without a known key, 403 when `X-Tenant-ID` names
 * another tenant than the key's. Messages never repeat the key.
 */
export function authorize(headers: IncomingHttpHeaders, ring: KeyRing): ApiKey {
  const { authorization } = headers;
  if (!authorization) {
    throw new ApiError(401, "missing_api_key", "No API key. Send it as `Authorization: Bearer <key>`.");
  }
  const presented = BEARER.exec(authorization)?.[1];
  if (!presented) throw new ApiError(401, "invalid_api_key", "The Authorization header is not `Bearer <key>`.");
  const key = ring.find(presented);
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
  return key;
}
