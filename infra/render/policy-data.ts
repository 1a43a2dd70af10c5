import type { Tenant } from "../model/types.ts";

/** data.json of a tenant: what the rules of policies/tenants know of it. The tenant's block alone decides it. */
export function renderPolicyData({ prefix, roeLevel, actions, compartments, tools, notify }: Tenant): string {
  const tenant = { id: prefix, roe_level: roeLevel, actions, compartments, tools, notify };
  return `${JSON.stringify({ tenant }, null, 2)}\n`;
}
