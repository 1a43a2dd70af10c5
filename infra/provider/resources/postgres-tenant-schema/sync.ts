import type { Pool, PoolClient } from "pg";
import type { HandlerContext } from "../../handler.ts";
import { storeName } from "../../stores/endpoint.ts";
import { DataAtRisk } from "../../stores/errors.ts";
import { identifier, inTransaction, literal } from "../../stores/postgres.ts";
import type { PostgresTenantSchemaInputs as Inputs } from "./args.ts";
import { compareFacts, describeDrift } from "./compare.ts";
import { SCHEMA_VERSION, versionIn } from "./definition.ts";
import { desiredFacts, SHARED_LOCK } from "./desired.ts";
import { type Catalog, type Facts, isGone, readCatalog } from "./facts.ts";
import { namesOf, type TenantNames } from "./names.ts";
import { repairs, type Step } from "./repair.ts";
import { scramMatches, scramVerifier } from "./scram.ts";

/** Looks at the catalog before one gives up: what a repair entails is repaired in the next. */
const PASSES = 6;
/** Longest wait for somebody's lock, ms. */
const LOCK_MS = 20_000;

/** A tenant as it is. */
export interface Inspection {
  /** Nothing of it is there. */
  readonly gone: boolean;
  /** Version of the layout that is there. */
  readonly version: number;
  /** What differs, by object; empty: nothing. */
  readonly drift: Readonly<Record<string, string>>;
}

/** Compares the tenant with what it should be, in one round trip. */
export async function inspect(pool: Pool, inputs: Inputs, known?: Catalog): Promise<Inspection> {
  const names = namesOf(inputs.tenant);
  const [catalog, desired] = await Promise.all([
    known ?? readCatalog(pool, names),
    desiredFacts(pool, inputs.tenant, inputs.archiveRetentionDays),
  ]);
  const passwords = await wrongPasswords(catalog, inputs, names);
  return {
    gone: isGone(catalog),
    version: versionIn(catalog.facts.get(`schema ${names.schema}`)?.value.comment),
    drift: describeDrift(
      compareFacts(desired, catalog.facts),
      Object.fromEntries(passwords.map(({ role }) => [`password ${role}`, "is another one"])),
    ),
  };
}

/**
 * Makes the tenant what it should be, in one transaction: all of it or nothing. Writes nothing when nothing differs.
 * @throws DataAtRisk when a repair would drop rows that are not allowed to go
 */
export async function ensureTenant(pool: Pool, inputs: Inputs, ctx: HandlerContext): Promise<void> {
  const names = namesOf(inputs.tenant);
  const desired = await desiredFacts(pool, inputs.tenant, inputs.archiveRetentionDays);
  const before = await inspect(pool, inputs);
  if (Object.keys(before.drift).length === 0) return;
  if (before.version > SCHEMA_VERSION) {
    throw new Error(
      `${storeName("postgres", inputs.node)}: schema ${names.schema} has version ${before.version}, ` +
        `this release knows ${SCHEMA_VERSION}: use the release that made it, or a later one`,
    );
  }
  await inTransaction(pool, async (client) => {
    await prepare(client);
    for (let pass = 1; pass <= PASSES; pass++) {
      const catalog = await readCatalog(client, names);
      const steps = await pending(catalog, desired, inputs, names);
      if (steps.length === 0) return;
      await refuseDataLoss(client, steps, inputs);
      ctx.progress(pass === 1 ? `writing schema ${names.schema}, ${steps.length} statements` : "completing grants");
      await client.query(steps.map(({ sql }) => sql).join(";\n"));
    }
    const left = Object.keys(describeDrift(compareFacts(desired, (await readCatalog(client, names)).facts)));
    throw new Error(`${storeName("postgres", inputs.node)}: cannot be repaired: ${left.join(", ")}`);
  });
}

/**
 * Opens the work on a tenant, with nothing of it in the server's log but errors without statements. One tenant at a time:
 * a grant of one tenant's role on another's object is drift of both, and two transactions cannot revoke it at once.
 */
export async function prepare(client: PoolClient): Promise<void> {
  await client.query(
    `SET LOCAL log_statement = 'none'; SET LOCAL log_min_duration_statement = -1;
     SET LOCAL log_min_error_statement = 'panic'; SET LOCAL lock_timeout = ${LOCK_MS};
     ${SHARED_LOCK}`,
  );
}

async function pending(catalog: Catalog, desired: Facts, inputs: Inputs, names: TenantNames): Promise<Step[]> {
  const steps = repairs(compareFacts(desired, catalog.facts), desired, names);
  const passwords = await wrongPasswords(catalog, inputs, names);
  const verifiers = passwords.map(async ({ role, password }) => ({
    sql: `ALTER ROLE ${identifier(role)} PASSWORD ${literal(await scramVerifier(password))}`,
  }));
  const missing = steps.findIndex(({ sql }) => sql.startsWith("SELECT pg_advisory_xact_lock"));
  const at = missing < 0 ? steps.length : missing;
  return [...steps.slice(0, at), ...(await Promise.all(verifiers)), ...steps.slice(at)];
}

async function wrongPasswords(
  { verifiers }: Catalog,
  { appPassword, readerPassword }: Inputs,
  { app, reader }: TenantNames,
): Promise<{ role: string; password: string }[]> {
  const wanted = [
    { role: app, password: appPassword },
    { role: reader, password: readerPassword },
  ];
  const right = await Promise.all(
    wanted.map(({ role, password }) => scramMatches(verifiers.get(role) ?? null, password)),
  );
  return wanted.filter((_, i) => !right[i]);
}

async function refuseDataLoss(client: PoolClient, steps: readonly Step[], inputs: Inputs): Promise<void> {
  if (inputs.allowDataLoss) return;
  const risks: string[] = [];
  for (const { guard } of steps) {
    if (guard === undefined) continue;
    const { rows } = await client.query<{ exists: boolean }>(guard.sql);
    if (rows[0]?.exists) risks.push(guard.what);
  }
  if (risks.length > 0) throw new DataAtRisk(storeName("postgres", inputs.node), risks);
}
