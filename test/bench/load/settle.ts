import { setTimeout as sleep } from "node:timers/promises";
import { countArchive } from "../../../infra/cli/events/archive.ts";
import { deployedTenant, type Fleet } from "../../../infra/cli/stores/fleet.ts";
import { connectPostgres } from "../../../infra/cli/stores/postgres-client.ts";
import { postgresRole } from "../../../infra/model/names.ts";
import type { TenantRun } from "./stream-account.ts";

/** Looks twice a second until all that was sent is archived or rejected; false when the time is over before. */
export async function settled(
  fleet: Fleet,
  { tenant, run, sent }: TenantRun,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { secrets } = deployedTenant(fleet, tenant.id);
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    try {
      const db = await connectPostgres(await fleet.endpoints.get("postgres"), {
        ...{ user: postgresRole(tenant.id, "reader"), password: secrets.postgres.reader },
        database: fleet.model.fleet.database,
      });
      try {
        const { archived, rejected } = await countArchive(db, tenant.schema, { tenant: tenant.id, run });
        if (archived + rejected >= sent) return true;
      } finally {
        await db.end();
      }
    } catch {
      // The database may be away for a while; the deadline decides.
    }
    await sleep(500, undefined, { signal });
  }
  return false;
}
