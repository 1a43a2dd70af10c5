import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";

/** Configuration of a node's agent. */
export interface AgentConfig {
  readonly identity: Identity;
  /** Where it listens: the node's address on the fleet's LAN, and the port. */
  readonly address: string;
  readonly port: number;
  /** Its name in certificates and in what it tells of targets: `node-a.dsmil.local`. */
  readonly name: string;
  /** Name that a client's certificate must carry: `prometheus.dsmil.local`. */
  readonly scraper: string;
  /** Folder with tls.crt and tls.key. */
  readonly certsDir: string;
  /** PEM of the fleet's CA: of clients, and of what is scraped over TLS. */
  readonly ca: string;
  /** `<tenant>/targets.json` and `shared/targets.json`: what may be scraped. */
  readonly targetsDir: string;
  readonly targetsPollMs: number;
  /** The engine's folder of containers, read only. */
  readonly engineDir: string;
  /** The machine's control groups, read only. */
  readonly cgroupDir: string;
}

const HOST = { pattern: /^[a-z0-9][a-z0-9.-]{0,252}$/, hint: "a host name" };

/** Reads the agent's configuration; throws a ConfigError that lists every bad key. It speaks for no device: 0 stands for none. */
export function readConfig(variables: Variables): AgentConfig {
  const env = new Environment(variables);
  const certsDir = env.path("CERTS_DIR", "/etc/dsmil/certs");
  const config = {
    identity: readIdentity(env, { service: "node-agent", device: 0, layer: 8, httpPort: 9102 }),
    address: env.text("LISTEN_ADDRESS", { pattern: /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/, hint: "an IPv4 address" }),
    port: env.integer("AGENT_PORT", { min: 0, max: 65535, default: 9101 }),
    name: env.text("AGENT_NAME", HOST),
    scraper: env.text("SCRAPER", HOST),
    certsDir,
    ca: env.file("CA_FILE", env.path("CA_FILE", "/etc/dsmil/ca/ca.crt")),
    targetsDir: env.path("TARGETS_DIR", "/run/dsmil/targets"),
    targetsPollMs: env.integer("TARGETS_POLL_MS", { min: 50, max: 60_000, default: 2000 }),
    engineDir: env.path("ENGINE_DIR", "/host/containers"),
    cgroupDir: env.path("CGROUP_DIR", "/host/cgroup"),
  };
  for (const name of ["tls.crt", "tls.key"]) env.file(`CERTS_DIR/${name}`, `${certsDir}/${name}`);
  env.finish();
  return config;
}
