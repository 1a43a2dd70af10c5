import type { DsmilEvent } from "../../runtime/event.ts";
import type { LineFields } from "../../runtime/ingest/normalized-line.ts";

/** An event of the tenant's, as far as this service looks at it. */
export interface Observed {
  readonly id: string;
  readonly category: string;
  /** When it happened, ms since 1970. */
  readonly at: number;
  readonly fields: LineFields;
}

/** A log that lies about the future would move windows ahead: such an event counts as happening when it came. */
const AHEAD_MS = 60_000;

/**
 * What an event says of the world; undefined for what a service of Layer 8 found itself, about which nothing is ever found
 * again.
 */
export function observed(
  { event_id: id, category, ts, payload, l8_enrichment }: DsmilEvent,
  now: number,
): Observed | undefined {
  if (l8_enrichment !== undefined) return undefined;
  const { fields } = payload;
  const known = typeof fields === "object" && fields !== null && !Array.isArray(fields) ? (fields as LineFields) : {};
  const at = Date.parse(ts);
  return { id, category, at: at > now + AHEAD_MS ? now : at, fields: known };
}
