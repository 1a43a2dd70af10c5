import type { Finding } from "../manifest-error.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** A tenant's partners are told apart by their ids, and by the keys that their bundles are checked with. */
export const checkCoalition: Check = (manifest) => {
  const findings: Finding[] = [];
  for (const { path, value } of entries("tenants", manifest.tenants)) {
    const taken = new Set<string>();
    for (const [i, partner] of (value.coalition ?? []).entries()) {
      for (const key of ["id", "public_key"] as const) {
        const text = partner?.[key];
        if (text === undefined) continue;
        if (taken.has(`${key} ${text}`)) {
          const message = `the ${key} "${text.slice(0, 32)}" is taken; expected one that is free`;
          findings.push({ path: [...path, "coalition", i, key], message });
        }
        taken.add(`${key} ${text}`);
      }
    }
  }
  return findings;
};
