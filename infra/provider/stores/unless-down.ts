import type { HandlerContext } from "../handler.ts";
import { StoreDown } from "./errors.ts";

/**
 * What a `read` says of a store: what it found; what was known, with a warning, while the store does not answer; that it
 * is gone, with the store's container.
 * @param old undefined on import, where only the server can tell
 */
export async function unlessDown<O>(
  old: O | undefined,
  ctx: HandlerContext,
  look: () => Promise<O | undefined>,
): Promise<O | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof StoreDown) || old === undefined) throw error;
    if (error.gone) return undefined;
    ctx.warn(`not compared: ${error.message}`);
    return old;
  }
}
