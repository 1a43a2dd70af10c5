import type * as pulumi from "@pulumi/pulumi";
import { busFolder } from "../model/containers/dbe.ts";
import { SERVICE_GID } from "../model/containers/paths.ts";
import type { Container } from "../model/types.ts";
import { NodeFiles } from "../provider/index.ts";
import { renderFolderIdentity } from "../render/dbe-gateway.ts";

/**
 * The folder by which a container reaches its node's gateway, where it talks on the bus: what it must wait for. Not the
 * gateway itself, which may come and go; who uses it waits for it. identity.json is root's in a sticky folder: a
 * container that owns a socket beside it cannot change who it is.
 */
export function busFolderOf(plan: Container, parent: pulumi.Resource): NodeFiles[] {
  const path = busFolder(plan);
  if (!plan.mounts.some(({ source }) => source === path)) return [];
  const files = { "identity.json": { content: renderFolderIdentity(plan), mode: "0444" } };
  const args = { node: plan.node, path, gid: SERVICE_GID, dirMode: "1770", files };
  return [new NodeFiles(`${plan.name}-dbe`, args, { parent })];
}
