import type { Tenant } from "../model/types.ts";
import type { Drill, DrillContext, Observation } from "./types.ts";

/** Size of the tenants' vectors. */
const VECTOR_SIZE = 384;

/** 4: a tenant's token asks another tenant's knowledge base. */
export const qdrantLeakage: Drill = {
  number: 4,
  id: "qdrant-leakage",
  scenario: "Cross-tenant data leakage via Qdrant",
  defence: "Qdrant lets a tenant's token at the tenant's collections alone",
  needs: ["qdrant"],
  async run(context) {
    const { attacker, victim } = context;
    return {
      attack: await search(context, attacker, victim, [401, 403]),
      control: await search(context, attacker, attacker, [200]),
    };
  },
};

/** A search in a knowledge base by a tenant's token, as it lies on the tenant's node. */
async function search(
  { doors, credentials }: DrillContext,
  by: Tenant,
  of: Tenant,
  wanted: readonly number[],
): Promise<Observation> {
  const collection = `${of.id}_knowledge_base`;
  const { status } = await doors.https("qdrant", {
    method: "POST",
    path: `/collections/${collection}/points/search`,
    headers: credentials.qdrant({ tenant: by.id, source: "node" }),
    body: { vector: Array.from({ length: VECTOR_SIZE }, () => 0.1), limit: 5 },
  });
  const what = `the token of ${by.id}: search in ${collection}`;
  return { what, expected: wanted.join(" or "), actual: String(status), held: wanted.includes(status) };
}
