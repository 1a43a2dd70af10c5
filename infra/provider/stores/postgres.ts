import { escapeIdentifier, escapeLiteral, Pool, type PoolClient } from "pg";
import { type Connector, connector } from "./connector.ts";
import { ADMIN, type StoreEndpoint } from "./endpoint.ts";

/** PostgreSQL as its administrator sees it; a variant is a database. */
export const postgresStore = (): Connector<Pool> =>
  connector<Pool>({
    store: "postgres",
    open,
    close: (pool) => pool.end(),
    refused: (error) => /^28/.test(sqlState(error)),
  });

/** The process's own connections. */
export const postgres: Connector<Pool> = postgresStore();

/** Transactions at once: enough for tenants to overtake each other, few enough for the server's limit. */
const CONNECTIONS = 4;

const session = {
  // What the server prints about objects then always names their schema.
  search_path: "pg_catalog",
  // Looks at one tenant go by the catalogs' indexes, however the planner guesses: flat cost for any number of tenants.
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  jit: "off",
};

async function open(endpoint: StoreEndpoint, database: string): Promise<Pool> {
  const pool = new Pool({
    host: "127.0.0.1",
    port: endpoint.port,
    ssl: { ca: endpoint.ca, servername: endpoint.servername, minVersion: "TLSv1.2" },
    user: ADMIN,
    password: endpoint.secret,
    database,
    application_name: "dsmil-provider",
    options: Object.entries(session)
      .map(([parameter, value]) => `-c ${parameter}=${value}`)
      .join(" "),
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
  });
  // A connection that dies while idle is replaced by the pool; the next query tells if there is no server.
  pool.on("error", () => undefined);
  try {
    await pool.query("SELECT 1");
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** SQLSTATE of a server's error, "" of any other. */
export function sqlState(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** Runs `work` in a transaction; it is rolled back when `work` throws, and the connection dropped if even that fails. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** `alpha_app`, `"odd name"` */
export const identifier = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : escapeIdentifier(name));

/** `'text'` */
export const literal = (text: string): string => escapeLiteral(text);
