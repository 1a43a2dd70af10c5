import { gzipSync } from "node:zlib";
import type { Entry } from "../engine/container-log.ts";

/** The body of Loki's push API, JSON in gzip: a stream for each set of labels, its lines by time. */
export function pushBody(entries: readonly Entry[]): Buffer {
  const streams = [...Map.groupBy(entries, ({ labels }) => JSON.stringify(labels)).values()].map((own) => ({
    stream: own[0]?.labels,
    values: own
      .map(({ time, text }): [string, string] => [time, text])
      // Of equal length until the year 2286, so that texts sort as numbers do.
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  }));
  // Fast rather than small: it goes over the fleet's own network.
  return gzipSync(JSON.stringify({ streams }), { level: 1 });
}
