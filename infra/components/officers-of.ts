import type * as pulumi from "@pulumi/pulumi";
import { officersFolder, readsOfficers } from "../model/containers/nc3.ts";
import { SERVICE_GID } from "../model/containers/paths.ts";
import type { Container, Node, Tenant } from "../model/types.ts";
import { NodeFiles } from "../provider/index.ts";
import { renderOfficers } from "../render/officers.ts";

/**
 * The tenant's officers on a node where one of its containers reads them: a file of their own, which belongs to root and
 * not to the gateway, so that who takes the gateway over cannot appoint officers.
 */
export function officersOn(
  node: Node,
  tenant: Tenant,
  plans: readonly Container[],
  parent: pulumi.Resource,
): (plan: Container) => pulumi.Resource[] {
  if (!plans.some(readsOfficers)) return () => [];
  const files = { "officers.json": { content: renderOfficers(tenant), mode: "0444" } };
  const args = { node: node.id, path: officersFolder(tenant.id), gid: SERVICE_GID, dirMode: "0750", files };
  const laid = new NodeFiles(`${tenant.id}-officers`, args, { parent });
  return (plan) => (readsOfficers(plan) ? [laid] : []);
}
