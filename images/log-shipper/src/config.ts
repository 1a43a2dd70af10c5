import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";

/** Configuration of the log shipper. */
export interface ShipperConfig {
  readonly identity: Identity;
  /** The engine's folder with a folder a container. */
  readonly containersDir: string;
  /** Folder on the node's disk for how far each container was read. */
  readonly positionsDir: string;
  /** The gate before Loki: `https://loki.dsmil.local:3100`. */
  readonly gateUrl: string;
  /** Folder with tls.crt and tls.key of the node. */
  readonly certsDir: string;
  readonly caFile: string;
  /** Time between two looks at the engine's folder, milliseconds. */
  readonly lookMs: number;
  /** Bytes of files that the engine has rotated away, kept until they are read, in all. */
  readonly keptBytes: number;
}

const MIB = 1024 * 1024;

/** Reads the shipper's configuration; throws a ConfigError that lists every bad key. It speaks for no device. */
export function readConfig(variables: Variables): ShipperConfig {
  const env = new Environment(variables);
  const certsDir = env.path("CERTS_DIR", "/etc/dsmil/certs");
  const config = {
    identity: readIdentity(env, { service: "log-shipper", device: 0, layer: 0 }),
    containersDir: env.path("CONTAINERS_DIR", "/var/lib/docker/containers"),
    positionsDir: env.path("POSITIONS_DIR", "/positions"),
    gateUrl: env.text("GATE_URL", { pattern: /^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/, hint: "an https:// address" }),
    certsDir,
    caFile: env.path("CA_FILE", "/etc/dsmil/ca/ca.crt"),
    lookMs: env.integer("LOOK_MS", { min: 20, max: 5000, default: 500 }),
    keptBytes: env.integer("KEPT_MIB", { min: 0, max: 65_536, default: 512 }) * MIB,
  };
  for (const name of ["tls.crt", "tls.key"]) env.file(`CERTS_DIR/${name}`, `${certsDir}/${name}`);
  env.file("CA_FILE", config.caFile);
  env.finish();
  return config;
}
