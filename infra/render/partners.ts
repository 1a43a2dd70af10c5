import type { Fleet, Tenant } from "../model/types.ts";

/** partners.json of a tenant; its block and the fleet's domain alone decide it. */
export function renderPartners({ prefix, coalition }: Tenant, { domain }: Pick<Fleet, "domain">): string {
  const partners = coalition.map(({ id, shares, minConfidence, marking, publicKey }) => ({
    ...{ id, shares, min_confidence: minConfidence, marking },
    ...(publicKey !== undefined && { public_key: publicKey }),
  }));
  return `${JSON.stringify({ tenant: prefix, domain, partners }, null, 2)}\n`;
}
