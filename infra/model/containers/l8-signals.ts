import { dirname } from "node:path/posix";
import type { Container, Feed, Tenant } from "../types.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { folder } from "./paths.ts";
import { tenantProgramPart } from "./tenant-program.ts";

/** Where tenants' feeds are on a node, a folder a tenant. */
const FEEDS_FOLDER = "/etc/dsmil/feeds";

/** Devices 54, 55 and 57: a tenant's streams, archive and feeds, and no hot path, as it keeps what it knows itself. */
export function l8SignalsPart(context: PartContext): ContainerPart {
  const { env, mounts, ...part } = tenantProgramPart(context);
  const { HOTPATH_DIR: _, ...rest } = env;
  const own = mounts.filter(({ target }) => target !== "/hotpath");
  const { tenant } = context;
  const feeds = tenant === undefined ? [] : [folder(feedsFolder(tenant.id), "/run/dsmil/feeds"), ...access(tenant)];
  return { ...part, env: rest, mounts: [...own, ...feeds], volumes: [] };
}

/** The folder on the node with a tenant's feeds. @param tenant `alpha` */
export const feedsFolder = (tenant: string): string => `${FEEDS_FOLDER}/${tenant}`;

/** Whether a container reads its tenant's feeds. */
export const readsFeeds = ({ mounts }: Pick<Container, "mounts">): boolean =>
  mounts.some(({ source }) => source.startsWith(`${FEEDS_FOLDER}/`));

/** The folder with tokens and authorities, which the operator lays on the node; none where no feed names one. */
function access({ feeds }: Tenant) {
  const files = feeds.flatMap((feed: Feed) => (feed.kind === "taxii" ? [feed.tokenFile, feed.caFile] : []));
  const [first] = files.filter((file) => file !== undefined);
  return first === undefined ? [] : [folder(dirname(first), "/run/dsmil/feed-access")];
}
