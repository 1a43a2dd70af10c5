import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FleetTenant } from "../stores/fleet.ts";

/**
 * Writes a tenant's credentials, one a file, into a folder of its own, and returns the paths. The folder is 0700 and
 * the files 0600 whatever they were before.
 */
export function writeCredentials(folder: string, { tenant, secrets }: FleetTenant, caCert: string): string[] {
  const { redis, postgres, qdrantToken, apiKeys, tokens, signing } = secrets;
  const contents: Record<string, string> = {
    "ca.crt": caCert,
    ...named("redis", "password", redis),
    ...named("postgres", "password", postgres),
    qdrant_token: qdrantToken,
    ...named("api", "key", apiKeys),
    ingest_token: tokens.ingest,
    shrink_token: tokens.shrink,
    "signing.seed": signing.seed,
    "signing.pub": signing.publicKey,
    "signing.cert.json": signing.certificate,
  };
  const target = resolve(folder, tenant.id);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  chmodSync(target, 0o700);
  return Object.entries(contents).map(([name, content]) => {
    const path = join(target, name);
    writeFileSync(path, content.endsWith("\n") ? content : `${content}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
    return path;
  });
}

/** `redis_writer_password` … */
function named(store: string, what: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${store}_${key}_${what}`, value]));
}
