import { postgresRole } from "../../model/names.ts";
import { deployedTenant, type Fleet, redisLogin } from "../stores/fleet.ts";
import { connectPostgres } from "../stores/postgres-client.ts";
import { connectRedis } from "../stores/redis-client.ts";
import { type ArchiveCount, countArchive } from "./archive.ts";

/** What a tenant's stores hold. */
export interface EventCounts extends ArchiveCount {
  readonly tenant: string;
  readonly run?: string;
  /** Stream → entries it holds now. */
  readonly streams: Readonly<Record<string, number>>;
}

/** Counts a tenant's archive (or one run in it) and the entries in its streams, by its readers. */
export async function countEvents(fleet: Fleet, id: string, run: string | undefined): Promise<EventCounts> {
  const known = deployedTenant(fleet, id);
  const { tenant, secrets } = known;
  const db = await connectPostgres(await fleet.endpoints.get("postgres"), {
    user: postgresRole(tenant.id, "reader"),
    password: secrets.postgres.reader,
    database: fleet.model.fleet.database,
    statementMs: 60_000,
  });
  const redis = await connectRedis(await fleet.endpoints.get("redis"), redisLogin(known, "reader"));
  try {
    const keys = Object.values(tenant.streams) as string[];
    const [archive, ...lengths] = await Promise.all([
      countArchive(db, tenant.schema, run === undefined ? undefined : { tenant: tenant.id, run }),
      ...keys.map((key) => redis.xlen(key)),
    ]);
    const streams = Object.fromEntries(keys.map((key, i) => [key, lengths[i] ?? 0]));
    return { tenant: tenant.id, ...(run !== undefined && { run }), ...archive, streams };
  } finally {
    redis.disconnect();
    await db.end();
  }
}
