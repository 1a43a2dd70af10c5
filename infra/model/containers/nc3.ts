import type { Container } from "../types.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { folder } from "./paths.ts";
import { tenantProgramPart } from "./tenant-program.ts";

/** Where tenants' officers are on a node, a folder a tenant. */
const OFFICERS_FOLDER = "/etc/dsmil/officers";

/** NC3 gate: its tenant's audit log and officers, and neither hot path nor policy, as it proposes nothing. */
export function nc3Part(context: PartContext): ContainerPart {
  const { env, mounts, ...part } = tenantProgramPart(context);
  const { HOTPATH_DIR: _, ...rest } = env;
  const own = mounts.filter(({ target }) => target !== "/hotpath");
  return { ...part, env: rest, mounts: [...own, ...officersMount(context)], volumes: [] };
}

/** A tenant's officers, as a container reads them. */
export const officersMount = ({ tenant }: Pick<PartContext, "tenant">) =>
  tenant === undefined ? [] : [folder(officersFolder(tenant.id), "/run/dsmil/officers")];

/** The folder on the node with a tenant's officers. @param tenant `alpha` */
export const officersFolder = (tenant: string): string => `${OFFICERS_FOLDER}/${tenant}`;

/** Whether a container reads its tenant's officers. */
export const readsOfficers = ({ mounts }: Pick<Container, "mounts">): boolean =>
  mounts.some(({ source }) => source.startsWith(`${OFFICERS_FOLDER}/`));
