import { readAccess } from "../access/access.ts";
import { connect } from "../access/connection.ts";

const IN_USE = /The container name "\/([\w.-]+)" is already in use by container "([0-9a-f]{64})"/g;

/** A container that stands in the way of one with its name. */
export interface Stray {
  readonly name: string;
  readonly id: string;
}

/** The containers that a failed update found in its way, as its output tells. */
export function strayContainers(output: string): Stray[] {
  const found = [...output.matchAll(IN_USE)].map(([, name = "", id = ""]) => ({ name, id }));
  return [...new Map(found.map((stray) => [stray.id, stray])).values()];
}

/**
 * Removes containers that no stack knows: the engine made them, and died before it could say so. Only those that carry
 * this node's label are ours; what a service keeps is in volumes and stays.
 * @returns the names of those removed
 */
export async function removeStrays(root: string, node: string, strays: readonly Stray[]): Promise<string[]> {
  const removed: string[] = [];
  const connection = await connect(readAccess(root, node));
  for (const { name, id } of strays) {
    const label = ["docker", "container", "inspect", "-f", '{{index .Config.Labels "dsmil.node"}}', id];
    const { code, stdout } = await connection.exec(label, { timeoutMs: 20_000 });
    if (code !== 0 || stdout.trim() !== node) continue;
    const { code: gone } = await connection.exec(["docker", "rm", "-f", id], { timeoutMs: 60_000 });
    if (gone === 0) removed.push(name);
  }
  return removed;
}
