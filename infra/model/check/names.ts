import type { Finding } from "../manifest-error.ts";
import { RESERVED_TENANT_IDS } from "../names.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** Tenant ids that something else owns. That valid ids cannot meet in a derived name is shown in names.ts. */
export const checkNames: Check = (manifest) => {
  const findings: Finding[] = [];
  const services = entries("services", manifest.services).map(({ value }) => value.id);
  for (const { path, value } of entries("tenants", manifest.tenants)) {
    if (value.id === undefined) continue;
    const owner = RESERVED_TENANT_IDS[value.id] ?? (services.includes(value.id) ? "a service" : undefined);
    if (owner === undefined) continue;
    findings.push({ path: [...path, "id"], message: `"${value.id}" is reserved: ${owner}; expected another id` });
  }
  return findings;
};
