import { existsSync } from "node:fs";
import { join } from "node:path";
import { closeConnections } from "../../access/connection.ts";
import { redisUser } from "../../model/names.ts";
import type { Model, Tenant } from "../../model/types.ts";
import type { DataOutputs, TenantSecrets } from "../../stacks/outputs.ts";
import { UserError } from "../errors.ts";
import { projectModel } from "../model.ts";
import { stackOutputs } from "../pulumi.ts";
import { projectRoot } from "../root.ts";
import { type Endpoints, forwardedEndpoints } from "./endpoints.ts";

/** A deployed fleet as the operator's commands use it. */
export interface Fleet {
  readonly root: string;
  readonly model: Model;
  /** Outputs of the data stack, secrets in the clear: for use, never for printing. */
  readonly data: DataOutputs;
  readonly endpoints: Endpoints;
}

/** One tenant of a deployed fleet with its credentials. */
export interface FleetTenant {
  readonly tenant: Tenant;
  readonly secrets: TenantSecrets;
}

/**
 * Loads the model and the data stack's outputs, runs `work`, and closes every connection however it ends.
 * @throws UserError when nothing is deployed
 */
export async function withFleet<T>(work: (fleet: Fleet) => Promise<T>): Promise<T> {
  const model = projectModel();
  const node = model.nodes.find((n) => n.role === "data");
  if (node === undefined) throw new UserError("the manifest has no node with role data", "see docs/manifest.md");
  if (!existsSync(join(projectRoot, ".dsmil")) && !process.env.PULUMI_BACKEND_URL) {
    throw new UserError("nothing is deployed from this folder", "run `bin/dsmil up`");
  }
  const data = await stackOutputs<DataOutputs>(projectRoot, node.id);
  if (data.caCert === undefined || data.tenants === undefined) {
    throw new UserError(`stack ${node.id} is not deployed: it has no credentials`, "run `bin/dsmil up`");
  }
  const endpoints = forwardedEndpoints(projectRoot, model, data.caCert);
  try {
    return await work({ root: projectRoot, model, data, endpoints });
  } finally {
    await endpoints.close();
    await closeConnections();
  }
}

/** The tenant of this id; an unknown one is named together with those there are. */
export function findTenant(model: Model, id: string): Tenant {
  const found = model.tenants.find((t) => t.id === id.toLowerCase());
  if (found) return found;
  throw new UserError(
    `there is no tenant ${JSON.stringify(id)}: the manifest has ${model.tenants.map((t) => t.id).join(", ") || "none"}`,
    "check the spelling, or add the tenant's block to manifest.yaml and run `bin/dsmil up`",
  );
}

/** The tenant with its credentials; one that is not deployed yet is an error that says so. */
export function deployedTenant({ model, data }: Fleet, id: string): FleetTenant {
  const tenant = findTenant(model, id);
  const secrets = data.tenants[tenant.id];
  if (secrets) return { tenant, secrets };
  throw new UserError(`tenant ${tenant.id} is in the manifest but not deployed yet`, "run `bin/dsmil up`");
}

/** Login of one of a tenant's Redis users. */
export function redisLogin({ tenant, secrets }: FleetTenant, role: "writer" | "reader" | "ingest") {
  return { user: redisUser(tenant.id, role), password: secrets.redis[role] ?? "" };
}
