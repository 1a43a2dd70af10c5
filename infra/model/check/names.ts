import type { Finding } from "../manifest-error.ts";
import { RESERVED_TENANT_IDS } from "../names.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** Node ids that would name a role of the audit trail: `dsmil_audit_owner`. */
const RESERVED_NODE_IDS: readonly string[] = ["owner", "reader"];

/** Ids that something else owns. That valid tenant ids cannot meet in a derived name is shown in names.ts. */
export const checkNames: Check = (manifest) => {
  const findings: Finding[] = [];
  const reserved = (at: readonly (string | number)[], id: string, owner: string | undefined): void => {
    if (owner === undefined) return;
    findings.push({ path: [...at, "id"], message: `"${id}" is reserved: ${owner}; expected another id` });
  };
  const services = entries("services", manifest.services).map(({ value }) => value.id);
  for (const { path, value } of entries("tenants", manifest.tenants)) {
    if (value.id === undefined) continue;
    reserved(path, value.id, RESERVED_TENANT_IDS[value.id] ?? (services.includes(value.id) ? "a service" : undefined));
  }
  for (const { path, value } of entries("nodes", manifest.nodes)) {
    if (value.id === undefined || !RESERVED_NODE_IDS.includes(value.id)) continue;
    reserved(path, value.id, "roles of the audit trail");
  }
  return findings;
};
