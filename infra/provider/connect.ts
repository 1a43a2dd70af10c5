import type { NodeLink } from "./handler.ts";

/**
 * The shared connection to a node. SSH is loaded with the first node that is needed: a preview needs none.
 * @throws naming the node, when it has no endpoint or cannot be reached
 */
export async function nodeLink(node: string): Promise<NodeLink> {
  const [{ readAccess }, { connect }] = await Promise.all([
    import("../access/access.ts"),
    import("../access/connection.ts"),
  ]);
  return connect(readAccess(process.env.DSMIL_ROOT ?? process.cwd(), node));
}
