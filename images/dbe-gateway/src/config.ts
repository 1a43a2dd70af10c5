import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";
import { type PostgresConfig, readPostgres } from "../../runtime/postgres-config.ts";
import type { ConfigurationPaths } from "./routes/configuration.ts";

/** Configuration of the DBE gateway. */
export interface GatewayConfig {
  readonly identity: Identity;
  /** The files that are watched. */
  readonly paths: ConfigurationPaths;
  /** Time between two looks at them, milliseconds. */
  readonly pollMs: number;
  /** Folder with tls.crt, tls.key and ca.crt of the node. */
  readonly certsDir: string;
  /** Where peers come in over TLS; over QUIC the sidecar listens. */
  readonly bind: { readonly address: string; readonly port: number };
  /** Folder of the sockets that the gateway shares with the QUIC sidecar. */
  readonly quicDir: string;
  /** The operators' socket. */
  readonly controlSocket: string;
  /** Folder on the node's disk for the audit spool and head. */
  readonly auditDir: string;
  readonly auditSpoolBytes: number;
  readonly postgres: PostgresConfig;
  /** Time from SIGTERM to the end of what is under way, milliseconds. */
  readonly drainMs: number;
}

const MIB = 1024 * 1024;

/** The operators' socket; `ctl` needs nothing else. */
export function controlSocket(variables: Variables): string {
  return new Environment(variables).path("CONTROL_SOCKET", "/run/dbe-control/control.sock");
}

/** Reads the configuration of the gateway; throws a ConfigError that lists every bad key. */
export function readConfig(variables: Variables): GatewayConfig {
  const role = `dsmil_audit_${(variables.NODE_ID ?? "").trim().replaceAll("-", "_")}`;
  const env = new Environment({ POSTGRES_USER: role, POSTGRES_SCHEMA: "dsmil_audit", ...variables });
  const identity = readIdentity(env, { service: "dbe-gateway", device: 0, layer: 0, httpPort: 8101 });
  const dir = env.path("DBE_DIR", "/etc/dsmil/dbe");
  const config: GatewayConfig = {
    identity,
    paths: {
      gatewayFile: `${dir}/gateway.json`,
      tenantsDir: `${dir}/tenants`,
      peerKeysDir: env.path("PEER_KEYS_DIR", "/etc/dsmil/peer_keys"),
      foldersDir: env.path("FOLDERS_DIR", "/run/dbe"),
      foldersOwner: env.integer("FOLDERS_OWNER", { min: 0, max: 2 ** 31, default: 0 }),
    },
    pollMs: env.integer("POLL_MS", { min: 50, max: 1000, default: 500 }),
    certsDir: env.path("CERTS_DIR", "/etc/dsmil/certs/node"),
    bind: {
      address: env.text("DBE_ADDRESS", { pattern: /^[0-9a-fA-F.:]{2,45}$/, hint: "an IP address", default: "0.0.0.0" }),
      port: env.integer("DBE_PORT", { min: 0, max: 65535, default: 8100 }),
    },
    quicDir: env.path("QUIC_DIR", "/run/dbe-quic"),
    controlSocket: env.path("CONTROL_SOCKET", "/run/dbe-control/control.sock"),
    auditDir: env.path("AUDIT_DIR", "/var/lib/dsmil/dbe-audit"),
    auditSpoolBytes: env.integer("AUDIT_SPOOL_MIB", { min: 1, max: 4096, default: 64 }) * MIB,
    postgres: readPostgres(env, "audit"),
    drainMs: env.number("DRAIN_SECONDS", { min: 0, max: 60, default: 2 }) * 1000,
  };
  env.finish();
  return config;
}
