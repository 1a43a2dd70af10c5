import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";

/** Where a node's control API finds Prometheus. */
export interface PrometheusConfig {
  readonly host: string;
  readonly port: number;
  /** Name that its certificate must carry. */
  readonly name: string;
}

/** Configuration of a node's control API. */
export interface ControlConfig {
  readonly identity: Identity;
  /** Where it listens: the node's address on the fleet's LAN, and the port. */
  readonly address: string;
  readonly port: number;
  /** Folder with tls.crt, tls.key and clients-ca.crt; with control.crt and control.key where Prometheus is asked. */
  readonly certsDir: string;
  /** PEM of the authority of operators' certificates, as it was at the start. */
  readonly clientsCa: string;
  readonly clientsCaFile: string;
  /** File with the fleet's CA. */
  readonly caFile: string;
  /** Folder with operators.json. */
  readonly operatorsDir: string;
  /** `<tenant>/summary.json` and `shared/summary.json`. */
  readonly summaryDir: string;
  readonly pollMs: number;
  /** The engine's folder of containers, read only. */
  readonly engineDir: string;
  /** The machine's control groups, read only. */
  readonly cgroupDir: string;
  /** Writable folder of the trail. */
  readonly trailDir: string;
  /** Absent on nodes where Prometheus does not run. */
  readonly prometheus?: PrometheusConfig;
}

const ADDRESS = { pattern: /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/, hint: "an IPv4 address" };

/** Reads the control API's configuration; throws a ConfigError that lists every bad key. It speaks for no device. */
export function readConfig(variables: Variables): ControlConfig {
  const env = new Environment(variables);
  const certsDir = env.path("CERTS_DIR", "/etc/dsmil/certs");
  const name = env.text("PROMETHEUS_NAME", {
    pattern: /^[a-z0-9][a-z0-9.-]{0,252}$/,
    hint: "a host name",
    default: "none",
  });
  const prometheus = {
    name,
    host: env.text("PROMETHEUS_ADDRESS", { ...ADDRESS, default: "127.0.0.1" }),
    port: env.integer("PROMETHEUS_PORT", { min: 1, max: 65535, default: 9090 }),
  };
  const clientsCaFile = `${certsDir}/clients-ca.crt`;
  const caFile = env.path("CA_FILE", "/etc/dsmil/ca/ca.crt");
  const config = {
    identity: readIdentity(env, { service: "control-api", device: 0, layer: 8, httpPort: 8098 }),
    address: env.text("LISTEN_ADDRESS", ADDRESS),
    port: env.integer("CONTROL_PORT", { min: 0, max: 65535, default: 8099 }),
    certsDir,
    clientsCa: env.file("CERTS_DIR/clients-ca.crt", clientsCaFile),
    ...{ clientsCaFile, caFile },
    operatorsDir: env.path("OPERATORS_DIR", "/run/dsmil/operators"),
    summaryDir: env.path("SUMMARY_DIR", "/run/dsmil/summary"),
    pollMs: env.integer("POLL_MS", { min: 50, max: 60_000, default: 2000 }),
    engineDir: env.path("ENGINE_DIR", "/host/containers"),
    cgroupDir: env.path("CGROUP_DIR", "/host/cgroup"),
    trailDir: env.path("TRAIL_DIR", "/var/lib/dsmil/trail"),
    ...(name !== "none" && { prometheus }),
  };
  const own = name === "none" ? [] : ["control.crt", "control.key"];
  for (const file of ["tls.crt", "tls.key", ...own]) env.file(`CERTS_DIR/${file}`, `${certsDir}/${file}`);
  env.file("CA_FILE", caFile);
  env.finish();
  return config;
}
