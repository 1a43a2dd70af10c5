import type * as pulumi from "@pulumi/pulumi";
import { coalitionFolder, hasPartners } from "../model/containers/l9-coalition.ts";
import type { Container, Fleet, Node, Tenant } from "../model/types.ts";
import { NodeFiles } from "../provider/index.ts";
import { renderPartners } from "../render/partners.ts";
import type { TenantSecrets } from "../stacks/outputs.ts";
import { SERVICE_UID } from "./service-container.ts";

/** What a tenant's coalition is laid from. */
export interface CoalitionArgs {
  readonly node: Node;
  readonly tenant: Tenant;
  readonly fleet: Fleet;
  readonly secrets: pulumi.Output<TenantSecrets>;
}

/**
 * The tenant's partners on a node where one of its containers speaks with them, and the key that signs what they are told:
 * files for that container alone, which reads them again and again.
 */
export function coalitionOn(
  { node, tenant, fleet, secrets }: CoalitionArgs,
  plans: readonly Container[],
  parent: pulumi.Resource,
): (plan: Container) => pulumi.Resource[] {
  if (!plans.some(hasPartners)) return () => [];
  const mode = "0400";
  const files = {
    "partners.json": { content: renderPartners(tenant, fleet), mode },
    signing_seed: { content: secrets.apply(({ coalition }) => coalition?.seed ?? ""), mode },
    certificate: { content: secrets.apply(({ coalition }) => coalition?.certificate ?? ""), mode },
  };
  const owner = { uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0700" };
  const args = { node: node.id, path: coalitionFolder(tenant.id), ...owner, files };
  const laid = new NodeFiles(`${tenant.id}-coalition`, args, { parent });
  return (plan) => (hasPartners(plan) ? [laid] : []);
}
