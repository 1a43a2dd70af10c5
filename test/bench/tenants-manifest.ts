import { parseDocument } from "yaml";

/** Room for more tenants than the project's own nodes have; only the check of the model looks at it. */
const BUDGET = "4096GiB";

/**
 * The project's manifest with as many tenants as asked for, all like its first one, on nodes with room for them.
 * @param text the project's manifest.yaml
 */
export function manifestWith(text: string, tenants: number): string {
  const document = parseDocument(text);
  const content = document.toJS() as { nodes: { memory: string }[]; tenants: { id: string; ingest_port?: number }[] };
  const [like] = content.tenants;
  if (like === undefined) throw new Error("the manifest has no tenant to make more of");
  // A port can be one tenant's only.
  const { ingest_port: _, ...first } = like;
  const grown = {
    ...content,
    nodes: content.nodes.map((node) => ({ ...node, memory: BUDGET })),
    tenants: Array.from({ length: tenants }, (_, i) => ({ ...first, id: tenantId(i) })),
  };
  return JSON.stringify(grown, null, 1);
}

/** `t001`, `t002` … */
export const tenantId = (index: number): string => `t${String(index + 1).padStart(3, "0")}`;
