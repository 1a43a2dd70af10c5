import { containerName } from "../names.ts";
import type { Mount } from "../types.ts";
import { DBE_FOLDERS } from "./dbe.ts";
import type { PartContext } from "./part.ts";

/** The folder by which a container reaches the node's gateway, where its service needs the bus. */
export function busMount({ fleet, service, needs, tenant, replica }: PartContext): Mount[] {
  if (!needs.some(({ id }) => id === "dbe-gateway")) return [];
  const name = containerName(fleet.name, service.id, tenant?.id ?? replica);
  return [{ type: "bind", source: `${DBE_FOLDERS}/${name}`, target: "/run/dbe", readOnly: false }];
}
