import { Environment, type Variables } from "../environment.ts";
import { type Identity, type IdentityDefaults, readIdentity } from "../identity.ts";
import { type PostgresConfig, readPostgres } from "../postgres-config.ts";

/** Configuration of a service that watches the fleet's keys. */
export interface FleetConfig {
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

/**
 * Reads such a configuration; throws a ConfigError that lists every bad key.
 * @param folder where the deployer lays what the service reads, `/run/dsmil/crypto`
 * @param more reads what a service has besides
 */
export function readFleetConfig<T extends object>(
  variables: Variables,
  defaults: IdentityDefaults,
  folder: string,
  more: (env: Environment) => T,
): FleetConfig & T {
  const env = new Environment({
    POSTGRES_USER: "dsmil_audit_reader",
    POSTGRES_SCHEMA: "dsmil_audit",
    SECRETS_DIR: folder,
    ...variables,
  });
  const config = {
    identity: readIdentity(env, defaults),
    postgres: readPostgres(env, "audit"),
    fleetDir: env.path("SECRETS_DIR", folder),
    peerKeysDir: env.path("PEER_KEYS_DIR", "/etc/dsmil/peer_keys"),
    tenantsDir: env.path("DBE_TENANTS_DIR", "/etc/dsmil/dbe/tenants"),
    busFolder: env.path("DBE_FOLDER", "/run/dbe"),
    lookMs: env.number("LOOK_SECONDS", { min: 0.05, max: 3600, default: 15 }) * 1000,
    ...more(env),
  };
  env.finish();
  return config;
}
