import type { Pool, PoolClient } from "pg";
import type { HandlerContext } from "../../handler.ts";
import { storeName } from "../endpoint.ts";
import { DataAtRisk } from "../errors.ts";
import { identifier, inTransaction, literal } from "../postgres.ts";
import { compareFacts, describeDrift } from "./compare.ts";
import { type Catalog, type Facts, isGone } from "./facts.ts";
import { observe, strayRoles, wrongPasswords } from "./observe.ts";
import { repairs, type Step } from "./repair.ts";
import { scramVerifier } from "./scram.ts";
import { endSessions, prepare } from "./session.ts";
import type { SchemaSpec } from "./spec.ts";
import { versionIn } from "./version.ts";

/** Looks at the catalog before one gives up: what a repair entails is repaired in the next. */
const PASSES = 6;

/** A schema as it is. */
export interface Inspection {
  /** Nothing of it is there. */
  readonly gone: boolean;
  /** Version of the layout that is there. */
  readonly version: number;
  /** What differs, by object; empty: nothing. */
  readonly drift: Readonly<Record<string, string>>;
}

/** Compares a schema with what it should be, in one round trip. */
export async function inspect(pool: Pool, spec: SchemaSpec, known?: Catalog): Promise<Inspection> {
  const [catalog, desired] = await Promise.all([known ?? observe(pool, spec), spec.desired(pool)]);
  const passwords = await wrongPasswords(catalog, spec);
  return {
    gone: isGone(catalog),
    version: versionIn(catalog.facts.get(`schema ${spec.names.schema}`)?.value.comment),
    drift: describeDrift(
      compareFacts(desired, catalog.facts),
      Object.fromEntries(passwords.map(({ role }) => [`password ${role}`, "is another one"])),
    ),
  };
}

/**
 * Makes a schema what it should be, in one transaction: all of it or nothing. Writes nothing when nothing differs.
 * @throws DataAtRisk when a repair would drop rows that are not allowed to go
 */
export async function ensureSchema(pool: Pool, spec: SchemaSpec, ctx: HandlerContext): Promise<void> {
  const { node, names, version } = spec;
  const desired = await spec.desired(pool);
  const before = await inspect(pool, spec);
  if (Object.keys(before.drift).length === 0) return;
  if (before.version > version) {
    throw new Error(
      `${storeName("postgres", node)}: schema ${names.schema} has version ${before.version}, ` +
        `this release knows ${version}: use the release that made it, or a later one`,
    );
  }
  const strays = await inTransaction(pool, async (client) => {
    await prepare(client);
    const dropped = await strayRoles(client, spec);
    for (let pass = 1; pass <= PASSES; pass++) {
      const steps = await pending(await observe(client, spec), desired, spec);
      if (steps.length === 0) return dropped;
      await refuseDataLoss(client, steps, spec);
      ctx.progress(pass === 1 ? `writing schema ${names.schema}, ${steps.length} statements` : "completing grants");
      await client.query(steps.map(({ sql }) => sql).join(";\n"));
    }
    const left = Object.keys(describeDrift(compareFacts(desired, (await observe(client, spec)).facts)));
    throw new Error(`${storeName("postgres", node)}: cannot be repaired: ${left.join(", ")}`);
  });
  await endSessions(pool, strays);
}

async function pending(catalog: Catalog, desired: Facts, spec: SchemaSpec): Promise<Step[]> {
  const steps = repairs(compareFacts(desired, catalog.facts), desired, spec.names);
  const verifiers = (await wrongPasswords(catalog, spec)).map(async ({ role, password }) => ({
    sql: `ALTER ROLE ${identifier(role)} PASSWORD ${literal(await scramVerifier(password))}`,
  }));
  const missing = steps.findIndex(({ sql }) => sql.startsWith("SELECT pg_advisory_xact_lock"));
  const at = missing < 0 ? steps.length : missing;
  return [...steps.slice(0, at), ...(await Promise.all(verifiers)), ...steps.slice(at)];
}

async function refuseDataLoss(client: PoolClient, steps: readonly Step[], spec: SchemaSpec): Promise<void> {
  if (spec.repairsMayDrop) return;
  const risks: string[] = [];
  for (const { guard } of steps) {
    if (guard === undefined) continue;
    const { rows } = await client.query<{ exists: boolean }>(guard.sql);
    if (rows[0]?.exists) risks.push(guard.what);
  }
  if (risks.length > 0) throw new DataAtRisk(storeName("postgres", spec.node), risks);
}
