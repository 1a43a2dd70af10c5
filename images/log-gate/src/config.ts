import { readFileSync } from "node:fs";
import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";

/** Configuration of the gate before Loki. */
export interface GateConfig {
  readonly identity: Identity;
  /** TLS port of the API. */
  readonly port: number;
  /** `http://10.212.2.11:3100`: Loki, which nobody else reaches. */
  readonly lokiUrl: string;
  /** Folder with tls.crt and tls.key. */
  readonly certsDir: string;
  /** PEM of the fleet's CA. */
  readonly ca: string;
  /** Node ids, and the domain that their certificates' names end with. */
  readonly nodes: readonly string[];
  readonly domain: string;
  /** `<tenant>/token_sha256` of each tenant's readers. */
  readonly tenantsDir: string;
  /** Digest of the operator's token. */
  readonly operatorFile: string;
  readonly tenantsPollMs: number;
}

/** Reads the gate's configuration; throws a ConfigError that lists every bad key. It speaks for no device. */
export function readConfig(variables: Variables): GateConfig {
  const env = new Environment(variables);
  const certsDir = env.path("CERTS_DIR", "/etc/dsmil/certs");
  const caFile = env.path("CA_FILE", "/etc/dsmil/ca/ca.crt");
  const nodes = env.text("NODES", { pattern: /^[a-z][a-z0-9-]*(,[a-z][a-z0-9-]*)*$/, hint: "node ids with commas" });
  const config = {
    identity: readIdentity(env, { service: "log-gate", device: 0, layer: 0 }),
    port: env.integer("GATE_PORT", { min: 0, max: 65535, default: 3100 }),
    lokiUrl: env.text("LOKI_URL", { pattern: /^http:\/\/[0-9a-z.-]+:\d{1,5}$/, hint: "http://<address>:<port>" }),
    certsDir,
    nodes: nodes.split(","),
    domain: env.text("DOMAIN", { pattern: /^[a-z0-9.-]{1,253}$/, hint: "the fleet's domain" }),
    tenantsDir: env.path("TENANTS_DIR", "/run/dsmil/tenants"),
    operatorFile: env.path("OPERATOR_FILE", "/run/dsmil/operator/token_sha256"),
    tenantsPollMs: env.integer("TENANTS_POLL_MS", { min: 50, max: 60_000, default: 1000 }),
  };
  for (const name of ["tls.crt", "tls.key"]) env.file(`CERTS_DIR/${name}`, `${certsDir}/${name}`);
  env.file("CA_FILE", caFile);
  env.finish();
  return { ...config, ca: readFileSync(caFile, "utf8") };
}
