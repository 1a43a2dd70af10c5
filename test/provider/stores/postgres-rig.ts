import { Client, type Pool } from "pg";
import type { Connector } from "../../../infra/provider/stores/connector.ts";
import { postgresStore } from "../../../infra/provider/stores/postgres.ts";
import { type RecordedContext, recordedContext } from "../context.ts";
import type { DriftCase } from "../contract.ts";
import { type LocalServer, startPostgres } from "./servers.ts";

/** A real PostgreSQL of a test file's own, and everybody's way into it. */
export interface PostgresRig {
  readonly store: Connector<Pool>;
  readonly server: LocalServer;
  start(): Promise<void>;
  stop(): Promise<void>;
  context(): RecordedContext;
  admin<T>(work: (pool: Pool) => Promise<T>): Promise<T>;
  /** Runs SQL as the administrator. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  /** A session as a service opens it. */
  login(user: string, password: string): Promise<Client>;
  /** Runs `work` in such a session. */
  as<T>(user: string, password: string, work: (client: Client) => Promise<T>): Promise<T>;
  /** The transactions that last touched each row of the catalogs: moves with any write. */
  fingerprint(): Promise<unknown>;
  /** SQL of the administrator that `read` must show as drift of these objects. */
  drift(text: string, ...objects: string[]): DriftCase;
}

const CATALOGS = [
  ...["pg_authid", "pg_namespace", "pg_class", "pg_attribute", "pg_constraint", "pg_policy", "pg_trigger", "pg_proc"],
  ...["pg_database", "pg_db_role_setting", "pg_auth_members", "pg_default_acl", "pg_attrdef", "pg_description"],
];

/** With a role `stranger` that has no rights. */
export function postgresRig(): PostgresRig {
  const store = postgresStore();
  let server: LocalServer;
  const rig: PostgresRig = {
    store,
    get server() {
      return server;
    },
    async start() {
      server = await startPostgres();
      await rig.sql("CREATE ROLE stranger LOGIN");
    },
    async stop() {
      await store.close();
      await server.stop();
    },
    context: () => recordedContext((node) => server.connect(node)),
    admin: (work) => store.use(rig.context(), "node-c", work, "dsmil"),
    sql: (text) => rig.admin(async (pool) => (await pool.query(text)).rows),
    async login(user, password) {
      const client = new Client({
        host: "127.0.0.1",
        port: server.port,
        ssl: { ca: server.ca, servername: "postgres.dsmil.local" },
        user,
        password,
        database: "dsmil",
      });
      client.on("error", () => undefined);
      await client.connect();
      return client;
    },
    async as(user, password, work) {
      const client = await rig.login(user, password);
      try {
        return await work(client);
      } finally {
        await client.end();
      }
    },
    fingerprint: () =>
      rig.sql(
        CATALOGS.map((table) => `SELECT '${table}' AS name, count(*), max(xmin::text::bigint) FROM ${table}`)
          .join(" UNION ALL ")
          .concat(" ORDER BY name"),
      ),
    drift: (text, ...objects) => ({
      name: text,
      break: async () => void (await rig.sql(text)),
      paths: objects.map((object) => `drift[${JSON.stringify(object)}]`),
    }),
  };
  return rig;
}

/** Why something was refused. */
export const refused = (work: Promise<unknown>): Promise<string> =>
  work.then(
    (result) => `not refused: ${JSON.stringify(result)}`,
    (error: Error) => error.message,
  );
