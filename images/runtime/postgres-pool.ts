import pg from "pg";
import type { Log } from "./log.ts";
import type { PostgresConfig } from "./postgres-config.ts";
import { readSecret } from "./secret-file.ts";

/** How a pool differs from the one that archives. */
export interface PoolOptions {
  /** Connections at most (default 2). */
  readonly connections?: number;
  /** Time that a statement may take, milliseconds (default 20,000). */
  readonly statementMs?: number;
  /** Refuses to write (default false). */
  readonly readOnly?: boolean;
}

/**
 * A small pool over TLS with the server's certificate verified. The password is read from its file for each new
 * connection. A statement may take 20 s, a connection 5 s; connections idle for 30 s are closed.
 */
export function createPostgresPool(
  config: PostgresConfig,
  name: string,
  log: Log,
  { connections = 2, statementMs = 20_000, readOnly = false }: PoolOptions = {},
): pg.Pool {
  const pool = new pg.Pool({
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.user,
    password: async () => readSecret(config.passwordFile),
    ssl: { ca: config.ca, rejectUnauthorized: true, servername: config.host },
    application_name: name,
    max: connections,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementMs,
    query_timeout: statementMs * 1.25,
    keepAlive: true,
    ...(readOnly && { options: "-c default_transaction_read_only=on" }),
  });
  // An idle connection that breaks is reported here; without a listener it would end the process.
  pool.on("error", (error) => log.warn({ reason: error.message }, "idle postgres connection broke"));
  return pool;
}
