import { pino } from "pino";
import { createAdvml } from "../../../images/l8-advml/src/app.ts";
import { readConfig } from "../../../images/l8-advml/src/config.ts";
import type { DsmilEvent } from "../../../images/runtime/event.ts";
import type { Log } from "../../../images/runtime/log.ts";
import { createPostgresPool } from "../../../images/runtime/postgres-pool.ts";
import { TenantService } from "../../../images/runtime/tenant-service.ts";
import type { Fabric } from "../support/fabric.ts";

/** A running device 51 of a test. */
export interface Advml {
  readonly service: TenantService;
  /** Lines of its log with `audit: true`. */
  readonly audited: readonly Readonly<Record<string, unknown>>[];
  /** A value of /metrics; NaN where there is none. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts device 51 of ALPHA, or of the tenant in `changes`, on a fabric's stores. */
export async function runAdvml(fabric: Fabric, changes: Readonly<Record<string, string>> = {}): Promise<Advml> {
  const paces = { LOG_CHECK_SECONDS: "0.1", ARCHIVED_WITHIN_SECONDS: "0", ...changes };
  const config = readConfig({ ...fabric.variables, LOG_LEVEL: "info", ...paces });
  const audited: Record<string, unknown>[] = [];
  const log: Log = pino(
    { level: "info" },
    {
      write(line: string) {
        const entry = JSON.parse(line) as Record<string, unknown>;
        if (entry.audit === true) audited.push(entry);
        if (process.env.TEST_LOG_LEVEL) process.stdout.write(line);
      },
    },
  );
  const service = new TenantService(config, log);
  const pool = createPostgresPool(config.postgres, "test-advml", log, { statementMs: 3000 });
  createAdvml({ service, config, pool });
  await service.start([]);
  return {
    service,
    audited,
    async metric(name) {
      const text = await service.metrics.registry.metrics();
      return Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length + 1) ?? "NaN",
      );
    },
    async stop() {
      await service.stop();
      await pool.end();
    },
  };
}

/** The stream and the group that device 51 reads by, as the deployer makes it. */
export async function makeGroup(fabric: Fabric, tenant = "ALPHA"): Promise<void> {
  await fabric.admin.xgroup("CREATE", `${tenant}_SOC_EVENTS`, "l8-advml", "0", "MKSTREAM");
}

/** Entries of a tenant's SOC_EVENTS that carry flags of device 51, oldest first. */
export async function flagged(fabric: Fabric, tenant = "ALPHA"): Promise<readonly DsmilEvent[]> {
  const entries = await fabric.admin.xrange(`${tenant}_SOC_EVENTS`, "-", "+");
  return entries
    .map(([, fields]) => JSON.parse(fields[1] ?? "{}") as DsmilEvent)
    .filter(({ l8_enrichment }) => l8_enrichment !== undefined);
}
