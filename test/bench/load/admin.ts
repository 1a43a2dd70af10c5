import type { Redis } from "ioredis";
import type pg from "pg";
import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import { UserError } from "../../../infra/cli/errors.ts";
import type { Fleet } from "../../../infra/cli/stores/fleet.ts";
import { connectPostgres } from "../../../infra/cli/stores/postgres-client.ts";
import { connectRedis } from "../../../infra/cli/stores/redis-client.ts";

const USER = "dsmil_admin";
/** Longest that counting and removing a run may take, milliseconds. */
const STATEMENT_MS = 120_000;

/** The stores as their administrator sees them: every tenant's part of them, in one look. */
export interface AdminStores {
  readonly redis: Redis;
  readonly postgres: pg.Client;
  close(): Promise<void>;
}

/** Opens both with the administrator's passwords, which only root of the data node can read. */
export async function openAdminStores(fleet: Fleet): Promise<AdminStores> {
  const node = fleet.model.nodes.find(({ role }) => role === "data")?.id ?? "";
  const connection = await connect(readAccess(fleet.root, node));
  const secret = async (name: string): Promise<string> => {
    const { code, stdout, stderr } = await connection.exec(["cat", `/etc/dsmil/admin/${name}`], { timeoutMs: 15_000 });
    if (code !== 0) throw new UserError(`${node}: ${stderr.trim()}`, "run `bin/dsmil up`");
    return stdout.trim();
  };
  const [redisPassword, postgresPassword] = [await secret("redis_password"), await secret("postgres_password")];
  const redis = await connectRedis(await fleet.endpoints.get("redis"), {
    user: USER,
    password: redisPassword,
    silenceMs: STATEMENT_MS,
  });
  const postgres = await connectPostgres(await fleet.endpoints.get("postgres"), {
    ...{ user: USER, password: postgresPassword, database: fleet.model.fleet.database, statementMs: STATEMENT_MS },
  });
  return {
    redis,
    postgres,
    close: async () => {
      redis.disconnect();
      await postgres.end();
    },
  };
}
