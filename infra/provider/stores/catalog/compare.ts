import { type Fact, type Facts, keyOf } from "./facts.ts";

/** One thing that is not as it should be; at least one of the two is there. */
export interface Difference {
  readonly want: Fact | undefined;
  readonly found: Fact | undefined;
  /** Properties that differ, where both are there. */
  readonly fields: readonly string[];
}

/** Longest value that is shown in a difference. */
const SHOWN = 160;

/** Everything in which the catalog differs from what it should say. */
export function compareFacts(desired: Facts, observed: Facts): Difference[] {
  const keys = [...new Set([...desired.keys(), ...observed.keys()])];
  return keys.flatMap((key): Difference[] => {
    const [want, found] = [desired.get(key), observed.get(key)];
    if (want === undefined || found === undefined) return [{ want, found, fields: [] }];
    const fields = Object.keys(want.value).filter(
      (field) => JSON.stringify(want.value[field]) !== JSON.stringify(found.value[field]),
    );
    return fields.length > 0 ? [{ want, found, fields }] : [];
  });
}

/**
 * Differences for a person, sorted by object: `policy events.tenant_read` → `using is true`. What is missing only because
 * its schema, table or role is missing is left out. `more`: what was found otherwise.
 */
export function describeDrift(
  differences: readonly Difference[],
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const missing = differences.flatMap(({ want, found }) => (want && !found ? [want] : []));
  const names = (kind: string): Set<unknown> =>
    new Set(missing.filter((fact) => fact.kind === kind).map((fact) => fact.name));
  const lost = { schema: names("schema").size > 0, tables: names("relation"), roles: names("role") };
  const follows = ({ kind, name, value }: Fact): boolean => {
    if (kind === "role" || kind === "schema") return false;
    if (lost.roles.has(value.role) || lost.roles.has(value.grantee)) return true;
    if (lost.schema) return !(kind === "setting" || (kind === "grant" && value.what === "DATABASE"));
    return lost.tables.has(value.table) && !(kind === "relation" && value.table === name);
  };
  const lines = differences.flatMap(({ want, found, fields }): [string, string][] => {
    if (want === undefined) return found ? [[keyOf(found), "is unexpected"]] : [];
    if (found === undefined) return follows(want) ? [] : [[keyOf(want), "is missing"]];
    return [[keyOf(want), fields.map((field) => `${field} ${shown(found.value[field])}`).join(", ")]];
  });
  return Object.fromEntries([...lines, ...Object.entries(more)].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > SHOWN || text.includes("\n") ? "is changed" : `is ${text === "" ? "empty" : text}`;
}
