import type { EventCounts } from "../../../infra/cli/events/count.ts";

/** Counts without what Layers 5 and 6 say by the clock, events or none. */
export function heard({ streams, ...rest }: EventCounts): EventCounts {
  const kept = Object.entries(streams).filter(([key]) => !/_L[56]_OUT$/.test(key));
  return { ...rest, streams: Object.fromEntries(kept) };
}
