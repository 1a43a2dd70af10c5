import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";

/** Configuration of the crypto watcher. */
export interface CryptoConfig {
  readonly identity: Identity;
  /** The audit trail, as one who reads all of it. */
  readonly postgres: PostgresConfig;
  /** Folder with fleet.json, certificates.json and this node's certificate. */
  readonly fleetDir: string;
  /** Folder with the certificates of the peers, `node-b-mldsa87.pub`. */
  readonly peerKeysDir: string;
  /** Folder with a folder a tenant: who is told of this service's health. */
  readonly tenantsDir: string;
  /** This container's folder on the bus. */
  readonly busFolder: string;
  /** Time between two looks, milliseconds. */
  readonly lookMs: number;
}

/** Reads the configuration of the crypto watcher (device 53); throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): CryptoConfig {
  const env = new Environment({
    POSTGRES_USER: "dsmil_audit_reader",
    POSTGRES_SCHEMA: "dsmil_audit",
    SECRETS_DIR: "/run/dsmil/crypto",
    ...variables,
  });
  const config = {
    identity: readIdentity(env, { service: "l8-crypto", device: 53, layer: 8 }),
    postgres: readPostgres(env, "audit"),
    fleetDir: env.path("SECRETS_DIR", "/run/dsmil/crypto"),
    peerKeysDir: env.path("PEER_KEYS_DIR", "/etc/dsmil/peer_keys"),
    tenantsDir: env.path("DBE_TENANTS_DIR", "/etc/dsmil/dbe/tenants"),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    lookMs: env.number("LOOK_SECONDS", { min: 0.05, max: 3600, default: 15 }) * 1000,
  };
  env.finish();
  return config;
}
