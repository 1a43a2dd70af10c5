import type * as pulumi from "@pulumi/pulumi";
import { feedFile, feedFileName } from "../feeds/feed-files.ts";
import { feedsFolder, readsFeeds } from "../model/containers/l8-signals.ts";
import type { Container, Node, Tenant } from "../model/types.ts";
import { type FileArgs, NodeFiles } from "../provider/index.ts";
import { renderFeeds } from "../render/feeds.ts";
import { SERVICE_UID } from "./service-container.ts";

/**
 * The tenant's feeds of indicators on a node where one of its containers reads them: the list, and the files that it names
 * by their digests. Services watch them; nothing is restarted. What others share with a tenant is not everybody's: the files
 * are for the service alone.
 * @param root project folder
 */
export function feedsOn(
  { node, tenant, root }: { readonly node: Node; readonly tenant: Tenant; readonly root: string },
  plans: readonly Container[],
  parent: pulumi.Resource,
): (plan: Container) => pulumi.Resource[] {
  if (!plans.some(readsFeeds)) return () => [];
  const files: Record<string, FileArgs> = {};
  const list = renderFeeds(tenant, ({ id, path }) => {
    const { content, sha256 } = feedFile(root, path);
    const file = feedFileName(id, path);
    files[file] = { content, mode: "0400" };
    return { file, sha256 };
  });
  const owner = { uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0700" };
  const all = { ...files, "feeds.json": { content: list, mode: "0400" } };
  const laid = new NodeFiles(
    `${tenant.id}-feeds`,
    { node: node.id, path: feedsFolder(tenant.id), ...owner, files: all },
    { parent },
  );
  return (plan) => (readsFeeds(plan) ? [laid] : []);
}
