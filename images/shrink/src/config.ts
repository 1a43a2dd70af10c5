import { Environment, type Variables } from "../../runtime/environment.ts";
import { type Identity, readIdentity } from "../../runtime/identity.ts";

/** Configuration of SHRINK. */
export interface ShrinkConfig {
  readonly identity: Identity;
  /** TLS port of the API. */
  readonly port: number;
  /** Folder with tls.crt and tls.key. */
  readonly certsDir: string;
  /** `<tenant>/token_sha256` for each tenant that is served. */
  readonly tenantsDir: string;
  /** `<tenant>/` for each tenant, where its services find a socket. */
  readonly socketsDir: string;
  readonly tenantsPollMs: number;
}

/** Reads SHRINK's configuration; throws a ConfigError that lists every bad key. It speaks for no device: 0 stands for none. */
export function readConfig(variables: Variables): ShrinkConfig {
  const env = new Environment(variables);
  const certsDir = env.path("CERTS_DIR", "/etc/dsmil/certs");
  const config = {
    identity: readIdentity(env, { service: "shrink", device: 0, layer: 8 }),
    port: env.integer("SHRINK_PORT", { min: 0, max: 65535, default: 8500 }),
    certsDir,
    tenantsDir: env.path("TENANTS_DIR", "/run/dsmil/tenants"),
    socketsDir: env.path("SOCKETS_DIR", "/run/shrink"),
    tenantsPollMs: env.integer("TENANTS_POLL_MS", { min: 50, max: 60_000, default: 1000 }),
  };
  for (const name of ["tls.crt", "tls.key"]) env.file(`CERTS_DIR/${name}`, `${certsDir}/${name}`);
  env.finish();
  return config;
}
