import type { Environment } from "./environment.ts";
import { readCa, secretPath } from "./tenant-config.ts";

/** Where the archive is and who we are there. */
export interface PostgresConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly schema: string;
  readonly passwordFile: string;
  /** PEM of the fleet's CA; the server's certificate must chain to it and name `host`. */
  readonly ca: string;
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Reads POSTGRES_HOST, _PORT, _DB, _USER, _SCHEMA and the password's path; `tenant` gives the defaults. */
export function readPostgres(env: Environment, tenant: string): PostgresConfig {
  const name = (key: string, fallback: string): string =>
    env.text(key, { pattern: NAME, hint: "a lower-case name", default: fallback });
  const id = tenant.toLowerCase() || "tenant";
  return {
    host: env.text("POSTGRES_HOST", { default: "localhost" }),
    port: env.integer("POSTGRES_PORT", { min: 1, max: 65535, default: 5432 }),
    database: name("POSTGRES_DB", "dsmil"),
    user: name("POSTGRES_USER", `${id}_app`),
    schema: name("POSTGRES_SCHEMA", `dsmil_${id}`),
    passwordFile: secretPath(env, "postgres_password"),
    ca: readCa(env),
  };
}
