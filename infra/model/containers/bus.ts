import type { Mount } from "../types.ts";
import { busFolder } from "./dbe.ts";
import type { PartContext } from "./part.ts";

/** The folder by which a container reaches the node's gateway, where its service needs the bus. */
export function busMount({ name, needs }: PartContext): Mount[] {
  if (!needs.some(({ id }) => id === "dbe-gateway")) return [];
  return [{ type: "bind", source: busFolder({ name }), target: "/run/dbe", readOnly: false }];
}
