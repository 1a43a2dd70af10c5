import { createHash } from "node:crypto";

/** Host numbers of entry points: above what servers may take. */
const FIRST = 192;
const COUNT = 60;

/**
 * Host number of an entry point in a subnet. It follows from the service's name, not from who stands beside it: an engine
 * gives no address to two containers, so one that another takes over while both are replaced would end the deployment.
 * @param ids of all entry points there, in the manifest's order: of two whose names fall together the later gives way
 */
export function entryHost(id: string, ids: readonly string[]): number {
  const taken = new Set<number>();
  for (const one of ids) {
    let slot = createHash("sha256").update(one).digest().readUInt32BE() % COUNT;
    while (taken.has(slot)) slot = (slot + 1) % COUNT;
    if (one === id) return FIRST + slot;
    taken.add(slot);
    if (taken.size === COUNT) break;
  }
  throw new Error(`${id} has no place among the ${COUNT} entry points of a network`);
}
