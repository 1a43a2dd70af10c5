import { Batcher } from "../../batcher.ts";
import type { HandlerContext } from "../../handler.ts";
import { idsHere, idsOnNode, transfer } from "./engine.ts";

/** How long the first request of a node waits for the others of the same deployment, ms. */
const WINDOW_MS = 100;

interface Wanted {
  readonly ref: string;
  readonly ctx: HandlerContext;
}

const loaders = new Map<string, Batcher<Wanted, string>>();

/**
 * Makes sure that a node's engine has an image, and says its id. Requests of one moment become one transfer.
 * @throws when neither the node nor this machine has it
 */
export function ensureImage(node: string, ref: string, ctx: HandlerContext): Promise<string> {
  let loader = loaders.get(node);
  if (loader === undefined) {
    loader = new Batcher(WINDOW_MS, (wanted) => load(node, wanted));
    loaders.set(node, loader);
  }
  return loader.ask({ ref, ctx });
}

async function load(node: string, wanted: readonly Wanted[]): Promise<readonly string[]> {
  const [first] = wanted;
  if (first === undefined) return [];
  const refs = [...new Set(wanted.map(({ ref }) => ref))];
  const link = await first.ctx.connect(node);
  const there = await idsOnNode(link, node, refs);
  // An image here under the same tag decides what the tag means; where there is none the node's own will do.
  const here = await idsHere(refs).catch((error: unknown) => {
    if (there.size < refs.length) throw error;
    return new Map<string, string>();
  });
  const lacking = refs.filter((ref) => !there.has(ref) || (here.has(ref) && here.get(ref) !== there.get(ref)));
  const unknown = lacking.filter((ref) => !here.has(ref));
  if (unknown.length > 0) {
    throw new Error(
      `${unknown.join(", ")}: neither on ${node} nor in the engine of this machine. Run "bin/dsmil images build"`,
    );
  }
  if (lacking.length > 0) {
    for (const { ref, ctx } of wanted) if (lacking.includes(ref)) ctx.progress(`sending ${ref} to ${node}`);
    await transfer(link, node, lacking, first.ctx.signal);
  }
  const loaded = lacking.length > 0 ? await idsOnNode(link, node, refs) : there;
  return wanted.map(({ ref }) => {
    const id = loaded.get(ref);
    if (id === undefined) throw new Error(`${ref} was sent to ${node}, but its engine does not have it`);
    return id;
  });
}
