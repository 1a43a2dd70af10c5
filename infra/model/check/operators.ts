import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** Operators have names of their own, and tenants that are there. */
export const checkOperators: Check = ({ operators, tenants }) => {
  const known = new Set((tenants ?? []).flatMap((tenant) => tenant?.id ?? []));
  const taken = new Set<string>();
  return entries("operators", operators).flatMap(({ path, value: { name, tenants: seen } }) => {
    const twice = name !== undefined && taken.has(name);
    if (name !== undefined) taken.add(name);
    const unknown = Array.isArray(seen)
      ? seen.flatMap((id: string | undefined, i) => (id === undefined || known.has(id) ? [] : [{ id, i }]))
      : [];
    return [
      ...(twice
        ? [{ path: [...path, "name"], message: `the name "${name}" is taken; expected one that is free` }]
        : []),
      ...unknown.map(({ id, i }) => ({
        path: [...path, "tenants", i],
        message: `there is no tenant "${id}"; expected an id from tenants`,
      })),
    ];
  });
};
