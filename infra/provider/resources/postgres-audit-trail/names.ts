import type { SchemaNames } from "../../stores/catalog/names.ts";

/** The word in the names of the real trail; a blueprint has another in its place. */
const WORD = "audit";

/** Beginning of all roles of the trail. */
export const rolePrefix = (word: string = WORD): string => `dsmil_${word}_`;

/** Who reads the whole trail. */
export const AUDIT_READER: string = `${rolePrefix()}reader`;

/** Node ids whose writer would have the name of the owner or the reader. */
export const RESERVED_NODES: readonly string[] = ["owner", "reader"];

/** Role of a node: `dsmil_audit_node_a`. No two nodes share one, as no node id holds a `_`. */
export const auditWriterRole = (node: string, word?: string): string =>
  `${rolePrefix(word)}${node.replaceAll("-", "_")}`;

/** The node of a writer's role; undefined for the owner and the reader. */
export function nodeOfRole(role: string): string | undefined {
  const node = role.slice(rolePrefix().length).replaceAll("_", "-");
  return role.startsWith(rolePrefix()) && !RESERVED_NODES.includes(node) ? node : undefined;
}

/** Every name of the trail. */
export interface AuditNames extends SchemaNames {
  /** Beginning of a writer's role. */
  readonly prefix: string;
  readonly reader: string;
  /** Roles of the writing nodes. */
  readonly writers: readonly string[];
}

/** @param nodes that write, in any order */
export function auditNames(nodes: readonly string[], word: string = WORD): AuditNames {
  const prefix = rolePrefix(word);
  const [owner, reader] = [`${prefix}owner`, `${prefix}reader`];
  const writers = nodes.map((node) => auditWriterRole(node, word));
  return { schema: `dsmil_${word}`, prefix, owner, reader, writers, roles: [owner, reader, ...writers] };
}
