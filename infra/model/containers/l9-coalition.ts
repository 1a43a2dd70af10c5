import type { Container } from "../types.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { folder } from "./paths.ts";
import { proposingProgramPart } from "./proposing-program.ts";

/** Where tenants' partners and keys for bundles are on a node, a folder a tenant. */
const COALITION_FOLDER = "/etc/dsmil/coalition";

/** Device 62: what proposes has, and its tenant's partners with the key that signs what they are told. */
export function l9CoalitionPart(context: PartContext): ContainerPart {
  const { mounts, ...part } = proposingProgramPart(context);
  const { tenant } = context;
  const own = tenant === undefined ? [] : [folder(coalitionFolder(tenant.id), "/run/dsmil/coalition")];
  return { ...part, mounts: [...mounts, ...own] };
}

/** The folder on the node with a tenant's partners and key. @param tenant `alpha` */
export const coalitionFolder = (tenant: string): string => `${COALITION_FOLDER}/${tenant}`;

/** Whether a container speaks with its tenant's partners. */
export const hasPartners = ({ mounts }: Pick<Container, "mounts">): boolean =>
  mounts.some(({ source }) => source.startsWith(`${COALITION_FOLDER}/`));
