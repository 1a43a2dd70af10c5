import type { Reason } from "../codec/constants.ts";

/** Also a stale frame ends the channel: a clock was set, and what was lost by it is sent again by the next channel. */
const HARMLESS: ReadonlySet<Reason> = new Set(["REPLAY", "UNKNOWN_SESSION", "KEY_RETIRED", "OVERLOADED"]);

/** Whether a channel is still good after such a refusal; on a reliable stream no honest peer causes any other. */
export function isHarmless(reason: Reason): boolean {
  return HARMLESS.has(reason);
}
