import type { Container } from "../types.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { folder } from "./paths.ts";
import { policyMounts } from "./policy.ts";
import { tenantProgramPart } from "./tenant-program.ts";

/** Where a tenant's officers are on a node, a folder a tenant. */
const OFFICERS_FOLDER = "/etc/dsmil/officers";

/** COA engine: the tenant's archive and its policy. */
export function coaPart(context: PartContext): ContainerPart {
  const part = withoutHotPath(context);
  return { ...part, mounts: [...part.mounts, ...policyMounts(context)] };
}

/** NC3 gate: the tenant's audit log and its officers. */
export function nc3Part(context: PartContext): ContainerPart {
  const part = withoutHotPath(context);
  return { ...part, mounts: [...part.mounts, folder(officersFolder(context.tenant?.id ?? ""), "/run/dsmil/officers")] };
}

/** The folder on the node with a tenant's officers. @param tenant `alpha` */
export const officersFolder = (tenant: string): string => `${OFFICERS_FOLDER}/${tenant}`;

/** Whether a container reads its tenant's officers. */
export const readsOfficers = ({ mounts }: Pick<Container, "mounts">): boolean =>
  mounts.some(({ source }) => source.startsWith(`${OFFICERS_FOLDER}/`));

/** Layer 9 decides by what is kept, not by what passes: events that are cited must be there afterwards. */
function withoutHotPath(context: PartContext): ContainerPart {
  const { env, mounts, ...part } = tenantProgramPart(context);
  const { HOTPATH_DIR: _, ...rest } = env;
  return { ...part, env: rest, mounts: mounts.filter(({ target }) => target !== "/hotpath"), volumes: [] };
}
