import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { type Fact, type Facts, keyOf, readCatalog } from "./facts.ts";
import type { SchemaNames } from "./names.ts";
import { SHARED_LOCK } from "./statements.ts";

/** How a schema and its roles are made from nothing, with one word in all their names left open. */
export interface Blueprint {
  /** Tells blueprints apart: the same key means the same statements. */
  readonly key: string;
  names(word: string): SchemaNames;
  statements(word: string): string;
}

interface Pattern {
  readonly word: string;
  readonly facts: readonly Fact[];
}

const patterns = new WeakMap<Pool, Map<string, Promise<Pattern>>>();

/**
 * What the catalog must say about a schema, in the server's own words: how it prints an expression is the server's
 * business and changes between its releases. Asked once for each connection pool and blueprint, 3 round trips; later
 * calls ask nothing.
 * @param fill puts the real names in the place of the word, in JSON
 */
export async function standardFacts(
  pool: Pool,
  blueprint: Blueprint,
  fill: (text: string, word: string) => string,
): Promise<Facts> {
  const asked = patterns.get(pool) ?? new Map<string, Promise<Pattern>>();
  patterns.set(pool, asked);
  let pattern = asked.get(blueprint.key);
  if (pattern === undefined) {
    pattern = askPattern(pool, blueprint);
    asked.set(blueprint.key, pattern);
    pattern.catch(() => asked.delete(blueprint.key));
  }
  const { word, facts } = await pattern;
  return new Map((JSON.parse(fill(JSON.stringify(facts), word)) as Fact[]).map((fact) => [keyOf(fact), fact]));
}

/** Makes a schema that never is, listens to what the server says about it, and takes it back. */
async function askPattern(pool: Pool, blueprint: Blueprint): Promise<Pattern> {
  // Letters only, so that it can neither be a real name nor a part of any other word.
  const word = `zq${[...randomBytes(12)].map((byte) => String.fromCharCode(97 + (byte % 26))).join("")}`;
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; ${SHARED_LOCK}; ${blueprint.statements(word)}`);
    const { facts } = await readCatalog(client, blueprint.names(word));
    return { word, facts: [...facts.values()] };
  } finally {
    await client.query("ROLLBACK").then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
  }
}
