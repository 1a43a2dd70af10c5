import pg from "pg";
import type { Endpoint } from "./endpoints.ts";

export interface PostgresLogin {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Longest that one statement may take, ms; default 15,000. */
  readonly statementMs?: number;
}

/**
 * A connection to PostgreSQL that is logged in, over verified TLS.
 * @throws Error with the server's SQLSTATE in `code`, or the socket's error
 */
export async function connectPostgres(endpoint: Endpoint, login: PostgresLogin): Promise<pg.Client> {
  const { host, port, servername, ca } = endpoint;
  const client = new pg.Client({
    host,
    port,
    user: login.user,
    password: login.password,
    database: login.database,
    ssl: { ca, servername, minVersion: "TLSv1.2" },
    application_name: "dsmil-cli",
    connectionTimeoutMillis: 10_000,
    statement_timeout: login.statementMs ?? 15_000,
    query_timeout: (login.statementMs ?? 15_000) + 5_000,
  });
  // A connection that ends between queries says so here; the next query fails by itself.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
