import type { Line } from "./line.ts";
import type { LinkStats } from "./link-stats.ts";

type LineStats = Pick<
  LinkStats,
  "transport" | "remote" | "session" | "sessionAgeMs" | "sent" | "received" | "roundTripMs"
>;

/**
 * What a link's stats say about the line in use.
 * @param now monotonic ms
 */
export function lineStats(line: Line | undefined, now: number): LineStats {
  const slot = line?.current;
  return {
    transport: line?.channel.transport,
    remote: line?.channel.remote,
    session: slot?.session.id,
    sessionAgeMs: slot && now - slot.since,
    sent: slot?.session.sent ?? 0,
    received: slot?.session.received ?? 0,
    roundTripMs: line?.presence.roundTripMs,
  };
}
