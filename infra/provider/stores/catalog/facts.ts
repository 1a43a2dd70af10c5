import type { ClientBase, Pool } from "pg";
import { factsQuery } from "./facts-query.ts";
import type { SchemaNames } from "./names.ts";

/** One thing that the catalog says: what kind, which one, and its properties. */
export interface Fact {
  readonly kind: FactKind;
  /** `events.tenant_read`, without the schema; unique in its kind. */
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export type FactKind =
  | "role"
  | "setting"
  | "member"
  | "elsewhere"
  | "schema"
  | "relation"
  | "column"
  | "constraint"
  | "index"
  | "policy"
  | "trigger"
  | "rule"
  | "function"
  | "type"
  | "grant"
  | "default";

/** Facts by `kind name`; columns in their order. */
export type Facts = ReadonlyMap<string, Fact>;

/** All that the catalog says about one schema, from one query. */
export interface Catalog {
  readonly facts: Facts;
  /** Role → its stored password verifier; kept apart, so that no comparison ever shows one. */
  readonly verifiers: ReadonlyMap<string, string | null>;
}

/** `policy events.tenant_read` */
export const keyOf = ({ kind, name }: Pick<Fact, "kind" | "name">): string => `${kind} ${name}`;

/** Reads everything about a schema and its roles in one round trip. */
export async function readCatalog(
  client: Pool | ClientBase,
  names: Pick<SchemaNames, "schema" | "roles">,
): Promise<Catalog> {
  const { rows } = await client.query<{ kind: string; name: string; value: Record<string, unknown> }>({
    // Named: planned once for each connection.
    name: "dsmil-facts",
    text: factsQuery,
    values: [names.schema, names.roles],
  });
  const facts = new Map<string, Fact>();
  const verifiers = new Map<string, string | null>();
  for (const row of rows) {
    if (row.kind === "password") verifiers.set(row.name, row.value.verifier as string | null);
    else facts.set(keyOf(row as Fact), row as Fact);
  }
  return { facts, verifiers };
}

/** Whether nothing of the schema is there at all. */
export const isGone = ({ facts }: Catalog): boolean =>
  ![...facts.values()].some(({ kind }) => kind === "schema" || kind === "role");
