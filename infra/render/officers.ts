import { createHash } from "node:crypto";
import type { Officer, Tenant } from "../model/types.ts";

/** A tenant's officers as its gates and the gateways read them: keys by the SHA-256 of each. */
export const renderedOfficers = (officers: readonly Officer[]) =>
  officers.map((officer) => ({
    id: createHash("sha256").update(officer.publicKey, "hex").digest("hex"),
    ...officer,
  }));

/** officers.json of a tenant; its block alone decides it. */
export function renderOfficers({ prefix, officers }: Tenant): string {
  return `${JSON.stringify({ tenant: prefix, officers: renderedOfficers(officers) }, null, 2)}\n`;
}
