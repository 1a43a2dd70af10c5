import type { Pool } from "pg";
import type { HandlerContext, Props, ResourceHandler } from "../../handler.ts";
import type { Connector } from "../../stores/connector.ts";
import { StoreDown } from "../../stores/errors.ts";
import { InputCheck, isText } from "../../stores/inputs.ts";
import { postgres } from "../../stores/postgres.ts";
import type { PostgresTenantSchemaInputs as Inputs, PostgresTenantSchemaState as State } from "./args.ts";
import { SCHEMA_VERSION } from "./definition.ts";
import { isGone, readCatalog } from "./facts.ts";
import { namesOf } from "./names.ts";
import { removeTenant } from "./remove.ts";
import { ensureTenant, inspect } from "./sync.ts";

type Handler = ResourceHandler<Inputs, State>;

/** One tenant's schema in PostgreSQL. */
export const postgresTenantSchemaOn = (store: Connector<Pool>): Handler => ({
  token: "dsmil:index:PostgresTenantSchema",
  outputs: ["schema", "schemaVersion"],
  secretOutputs: [],
  replaceOn: ["node", "database", "tenant"],
  check,
  id: ({ node, database, tenant }) => `${node}/postgres/${database}/${tenant}`,
  secretPaths: () => [["appPassword"], ["readerPassword"]],
  plan: ({ tenant }) => ({ schema: namesOf(tenant).schema, schemaVersion: SCHEMA_VERSION }),

  async reconcile(inputs, _old, ctx) {
    await store.use(ctx, inputs.node, (pool) => ensureTenant(pool, inputs, ctx), inputs.database);
    return { ...inputs, drift: {}, schema: namesOf(inputs.tenant).schema, schemaVersion: SCHEMA_VERSION };
  },

  async read(id, old, ctx) {
    const { node, database, tenant } = old ?? parseId(id);
    try {
      return await store.look(
        ctx,
        node,
        (pool) => (old ? current(pool, old) : imported(pool, { node, database, tenant })),
        database,
      );
    } catch (error) {
      if (!(error instanceof StoreDown) || old === undefined) throw error;
      if (error.gone) return undefined;
      ctx.warn(`not compared: ${error.message}`);
      return old;
    }
  },

  async remove(_id, old, ctx: HandlerContext) {
    await store.use(ctx, old.node, (pool) => removeTenant(pool, old, ctx), old.database);
  },
});

/** The handler over the process's own connections. */
export const postgresTenantSchema = postgresTenantSchemaOn(postgres);

function check(inputs: Props): InputCheck["failures"] {
  const c = new InputCheck(inputs, [
    "node",
    "database",
    "tenant",
    "appPassword",
    "readerPassword",
    "archiveRetentionDays",
    "allowDataLoss",
    "retain",
    "drift",
  ]);
  c.node();
  const name = (v: unknown): boolean => isText(v) && /^[a-z_][a-z0-9_]{0,62}$/.test(v);
  c.that("database", inputs.database, name, "expected the name of a database, as dsmil");
  c.tenant();
  c.password("appPassword");
  c.password("readerPassword");
  const days = (v: unknown): boolean => Number.isInteger(v) && (v as number) >= 1 && (v as number) <= 36_500;
  c.that("archiveRetentionDays", inputs.archiveRetentionDays, days, "expected whole days, 1 to 36500");
  c.flags("allowDataLoss", "retain");
  return c.failures;
}

async function current(pool: Pool, old: State): Promise<State | undefined> {
  const { drift, version, gone } = await inspect(pool, old);
  if (gone) return undefined;
  const same = Object.keys(drift).length === 0 && Object.keys(old.drift ?? {}).length === 0;
  return same && version === old.schemaVersion ? old : { ...old, drift, schemaVersion: version };
}

/** Passwords cannot be recovered: they come empty, and the next `up` sets those of the program. */
async function imported(pool: Pool, at: Pick<Inputs, "node" | "database" | "tenant">): Promise<State | undefined> {
  const names = namesOf(at.tenant);
  const catalog = await readCatalog(pool, names);
  if (isGone(catalog)) return undefined;
  const policy = catalog.facts.get("policy events.retention_delete")?.value.using;
  const archiveRetentionDays = Number(/days => (\d+)/.exec(String(policy))?.[1] ?? 0);
  const inputs = { ...at, appPassword: "", readerPassword: "", archiveRetentionDays, drift: {} };
  const { drift, version } = await inspect(pool, inputs, catalog);
  const { [`password ${names.app}`]: _app, [`password ${names.reader}`]: _reader, ...rest } = drift;
  return { ...inputs, drift: rest, schema: names.schema, schemaVersion: version };
}

function parseId(id: string): Pick<Inputs, "node" | "database" | "tenant"> {
  const [node, store, database, tenant, ...rest] = id.split("/");
  if (!node || store !== "postgres" || !database || !tenant || rest.length > 0) {
    throw new Error(
      `"${id}" is not the id of a tenant's schema: expected node/postgres/database/tenant, as node-c/postgres/dsmil/alpha`,
    );
  }
  return { node, database, tenant };
}
