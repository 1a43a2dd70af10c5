import { dirname } from "node:path";
import { readBounded } from "../../runtime/watch/bounded-file.ts";

/** A tenant as the gate knows it: what its readers' token is, and where its lines are in Loki. */
export interface Reader {
  /** SHA-256 of the token. */
  readonly digest: Buffer;
  /**
   * Tenant in Loki: `alpha.3f9a0c12de`. The second part is made with the tenant and goes with it: a later tenant of the same id
   * does not see what this one left.
   */
  readonly logTenant: string;
}

/** Where lines are that belong to nobody: the fleet's, and those that still come of a tenant that is gone. */
export const SHARED = "shared";
export const UNKNOWN = "unknown";

/** Digest and tenant in Loki, of the two files of a tenant's folder; undefined without the first. */
export async function loadReader(path: string): Promise<string | undefined> {
  const digest = await readBounded(path, 128);
  if (digest === undefined) return undefined;
  const logTenant = await readBounded(`${dirname(path)}/log_tenant`, 64);
  return `${digest.trim()} ${logTenant?.trim() ?? ""}`;
}

/** @throws Error when one of the two is not as it is written */
export function parseReader(text: string, tenant: string): Reader {
  const [digest = "", logTenant = ""] = text.split(" ");
  if (!/^[0-9a-f]{64}$/.test(digest)) throw new Error("holds no SHA-256 in hexadecimal");
  const [id, made = ""] = logTenant.split(".");
  if (id !== tenant.toLowerCase() || !/^[0-9a-f]{10}$/.test(made)) throw new Error("log_tenant is not the tenant's");
  return { digest: Buffer.from(digest, "hex"), logTenant };
}

/** Where the lines go that a node sends of a tenant. */
export function logTenantOf(tenant: string, readers: ReadonlyMap<string, Reader>): string {
  return tenant === SHARED ? SHARED : (readers.get(tenant)?.logTenant ?? UNKNOWN);
}
