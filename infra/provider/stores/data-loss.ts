/**
 * Whether this run may drop a tenant's data: the resource says so itself, or the person who runs it named the tenant in
 * `DSMIL_DROP_TENANTS` (comma-separated), which is how `dsmil up --drop` passes it on.
 */
export function mayDrop({ tenant, allowDataLoss }: { tenant?: string; allowDataLoss?: boolean }): boolean {
  if (allowDataLoss === true) return true;
  const named = (process.env.DSMIL_DROP_TENANTS ?? "").split(",").map((id) => id.trim());
  return tenant !== undefined && named.includes(tenant);
}
