import type { Pool } from "pg";
import type { ResourceHandler } from "../../handler.ts";
import type { Connector } from "../connector.ts";
import { unlessDown } from "../unless-down.ts";
import { type Catalog, isGone } from "./facts.ts";
import { observe } from "./observe.ts";
import { removeSchema } from "./remove.ts";
import type { SchemaSpec } from "./spec.ts";
import { ensureSchema, inspect } from "./sync.ts";

/** Inputs that every resource has that keeps a schema. */
export interface SchemaInputs {
  readonly node: string;
  readonly database: string;
  /** What differs on the server, by object; a program always says `{}`, a refresh fills it. */
  readonly drift: Readonly<Record<string, string>>;
}

/** Outputs that every resource has that keeps a schema. */
export interface SchemaOutputs {
  readonly schema: string;
  /** Version of the tables' layout; grows by additions only. */
  readonly schemaVersion: number;
}

type Life<I extends object> = ResourceHandler<I, I & SchemaOutputs>;

/** What makes one kind of schema different from the others. */
export interface SchemaKind<I extends SchemaInputs>
  extends Required<Pick<Life<I>, "token" | "replaceOn" | "check" | "id" | "secretPaths">> {
  spec(inputs: I): SchemaSpec;
  /** The inputs that an id says; all others empty. @throws Error that shows a right id */
  parseId(id: string): I;
  /** What else an import learns from the catalog. */
  adopt(inputs: I, catalog: Catalog): I;
}

/** The life of a resource that keeps one schema with its roles. */
export function schemaHandler<I extends SchemaInputs>(kind: SchemaKind<I>, store: Connector<Pool>): Life<I> {
  const { token, replaceOn, check, id, secretPaths } = kind;
  const outputs = (spec: SchemaSpec): SchemaOutputs => ({ schema: spec.names.schema, schemaVersion: spec.version });
  return {
    ...{ token, replaceOn, check, id, secretPaths },
    outputs: ["schema", "schemaVersion"],
    secretOutputs: [],
    plan: (inputs) => outputs(kind.spec(inputs)) as Partial<I & SchemaOutputs>,

    async reconcile(inputs, _old, ctx) {
      const spec = kind.spec(inputs);
      await store.use(ctx, inputs.node, (pool) => ensureSchema(pool, spec, ctx), inputs.database);
      return { ...inputs, drift: {}, ...outputs(spec) };
    },

    async read(from, old, ctx) {
      const at = old ?? kind.parseId(from);
      return unlessDown(old, ctx, () =>
        store.look(ctx, at.node, (pool) => (old ? current(kind, pool, old) : imported(kind, pool, at)), at.database),
      );
    },

    async remove(_id, old, ctx) {
      await store.use(ctx, old.node, (pool) => removeSchema(pool, kind.spec(old), ctx), old.database);
    },
  };
}

async function current<I extends SchemaInputs, S extends I & SchemaOutputs>(
  kind: SchemaKind<I>,
  pool: Pool,
  old: S,
): Promise<S | undefined> {
  const { drift, version, gone } = await inspect(pool, kind.spec(old));
  if (gone) return undefined;
  const same = Object.keys(drift).length === 0 && Object.keys(old.drift ?? {}).length === 0;
  return same && version === old.schemaVersion ? old : { ...old, drift, schemaVersion: version };
}

/** Passwords cannot be recovered: they come empty, and the next `up` sets those of the program. */
async function imported<I extends SchemaInputs>(
  kind: SchemaKind<I>,
  pool: Pool,
  at: I,
): Promise<(I & SchemaOutputs) | undefined> {
  const catalog = await observe(pool, kind.spec(at));
  if (isGone(catalog)) return undefined;
  const inputs = kind.adopt(at, catalog);
  const spec = kind.spec(inputs);
  const { drift, version } = await inspect(pool, spec, catalog);
  const passwords = spec.logins.map(({ role }) => `password ${role}`);
  const rest = Object.fromEntries(Object.entries(drift).filter(([object]) => !passwords.includes(object)));
  return { ...inputs, drift: rest, schema: spec.names.schema, schemaVersion: version };
}
