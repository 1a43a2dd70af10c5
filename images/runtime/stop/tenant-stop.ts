import type pg from "pg";
import { OfficersWatcher } from "../dbe/officers/officers-watcher.ts";
import type { Environment } from "../environment.ts";
import type { TenantService } from "../tenant-service.ts";
import { StopGuard } from "./stop-guard.ts";

/** Where a service finds its tenant's officers. */
export interface OfficersConfig {
  /** Holds officers.json. */
  readonly folder: string;
  /** Time between two looks, ms. */
  readonly pollMs: number;
}

/** Reads OFFICERS_DIR and OFFICERS_POLL_MS. */
export function readOfficersConfig(env: Environment): OfficersConfig {
  return {
    folder: env.path("OFFICERS_DIR", "/run/dsmil/officers"),
    pollMs: env.integer("OFFICERS_POLL_MS", { min: 50, max: 5_000, default: 1_000 }),
  };
}

export interface TenantStopParts {
  readonly service: TenantService;
  readonly officers: OfficersConfig;
  /** With short statements. */
  readonly pool: pg.Pool;
  /** `dsmil_alpha` */
  readonly schema: string;
}

/** How a tenant's service asks whether its proposals are frozen; both officers and state show in /health. */
export async function tenantStop({ service, officers, pool, schema }: TenantStopParts): Promise<StopGuard> {
  const { log, health, signal, config } = service;
  const { tenant } = config.identity;
  const watcher = new OfficersWatcher(officers.folder, tenant, log);
  const guard = new StopGuard({ pool, schema, tenant, officers: () => watcher.current, log });
  health.add({ name: "officers", weight: "warning", read: () => watcher.check() });
  health.add({ name: "emergency_stop", weight: "warning", read: () => guard.check() });
  await watcher.look();
  service.loop(watcher.run(officers.pollMs, signal));
  return guard;
}
