import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { definition } from "./definition.ts";
import { type Fact, type Facts, keyOf, readCatalog } from "./facts.ts";
import { namesOf } from "./names.ts";

/** Serialises what changes things that all tenants share: the database's and the public schema's rights. */
export const SHARED_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('dsmil shared', 0))";

/** Stands for the retention in the pattern; no manifest can ask for as much. */
const ANY_RETENTION = 987_654;

interface Pattern {
  readonly tenant: string;
  readonly facts: readonly Fact[];
}

const patterns = new WeakMap<Pool, Promise<Pattern>>();

/**
 * What the catalog must say about a tenant, in the server's own words: how it prints an expression is the server's
 * business and changes between its releases. Asked once for each connection pool, 3 round trips; later calls ask nothing.
 */
export async function desiredFacts(pool: Pool, tenant: string, retentionDays: number): Promise<Facts> {
  let pattern = patterns.get(pool);
  if (pattern === undefined) {
    pattern = askPattern(pool);
    patterns.set(pool, pattern);
    pattern.catch(() => patterns.delete(pool));
  }
  const { tenant: id, facts } = await pattern;
  const text = JSON.stringify(facts)
    .replaceAll(id, tenant)
    .replaceAll(id.toUpperCase(), tenant.toUpperCase())
    .replaceAll(String(ANY_RETENTION), String(retentionDays));
  return new Map((JSON.parse(text) as Fact[]).map((fact) => [keyOf(fact), fact]));
}

/** Makes a tenant that never is, listens to what the server says about it, and takes it back. */
async function askPattern(pool: Pool): Promise<Pattern> {
  // Letters only, so that it can neither be a real tenant's id nor a part of any other word.
  const tenant = `zq${[...randomBytes(12)].map((byte) => String.fromCharCode(97 + (byte % 26))).join("")}`;
  const names = namesOf(tenant);
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; ${SHARED_LOCK}; ${definition(names, ANY_RETENTION)}`);
    const { facts } = await readCatalog(client, names);
    return { tenant, facts: [...facts.values()] };
  } finally {
    await client.query("ROLLBACK").then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
  }
}
