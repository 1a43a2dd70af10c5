import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../model/types.ts";
import { UserError } from "./errors.ts";
import { resourceName, stackState } from "./stack-state.ts";

const TENANT_DATA = "dsmil:component:TenantData";

/** Tenants the data stack still holds though the manifest has them no more. */
export async function removedTenants(root: string, model: Model): Promise<string[]> {
  const node = model.nodes.find((n) => n.role === "data");
  if (node === undefined || !existsSync(join(root, ".dsmil"))) return [];
  const { resources = [] } = (await stackState(root, node.id)) ?? {};
  const known = new Set(model.tenants.map((t) => t.id));
  return resources
    .filter((r) => r.type === TENANT_DATA)
    .map(resourceName)
    .filter((id) => !known.has(id));
}

/** Refuses, before anything changes, to remove a tenant whose data nobody said may go. */
export async function refuseDataLoss(root: string, model: Model, drop: readonly string[]): Promise<void> {
  const present = drop.filter((id) => model.tenants.some((t) => t.id === id));
  if (present.length > 0) {
    throw new UserError(
      `--drop ${present.join(" ")}: still in the manifest`,
      "remove the tenant's block from manifest.yaml first",
    );
  }
  const refused = (await removedTenants(root, model)).filter((id) => !drop.includes(id));
  if (refused.length === 0) return;
  throw new UserError(
    `the manifest no longer has ${refused.join(", ")}: this run would drop their streams, schema and collections`,
    `put the block back, or say so: bin/dsmil up --drop ${refused.join(" ")}`,
  );
}
