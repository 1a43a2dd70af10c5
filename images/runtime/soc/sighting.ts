import type { Severity } from "../severity.ts";
import { folded, INDICATOR_TYPES, type Indicator, type IndicatorType } from "./enrichment.ts";
import type { RelatedEvent } from "./proposal.ts";

/** Facts of a line, as L3 found them. */
export type Fields = Readonly<Record<string, unknown>>;

/** An event and the facts that others may share with it. */
export interface FoundEvent {
  readonly event: RelatedEvent;
  readonly fields: Fields;
}

/** What a store knows of an indicator. */
export interface Sighting {
  readonly count: number;
  /** RFC 3339 in UTC, of all that count; null where none does. */
  readonly first: string | null;
  readonly last: string | null;
  readonly severities: readonly Severity[];
  readonly classes: readonly string[];
  /** Newest first, as many as were asked for. */
  readonly events: readonly RelatedEvent[];
  /** Most events that were looked at, the newest. */
  readonly searched: number;
}

/** Fields that hold indicators of a type, the telling one first. */
export const INDICATOR_FIELDS: Readonly<Record<IndicatorType, readonly string[]>> = {
  ip: ["src_ip", "dest_ip"],
  domain: ["domain"],
  user: ["user"],
  hash: ["sha256", "sha1", "md5", "ja3"],
};

/** What an event is best known by: its source, else its domain, user or hash. */
export function indicatorOf(fields: Fields): Indicator | undefined {
  for (const type of INDICATOR_TYPES) {
    for (const name of INDICATOR_FIELDS[type]) {
      const value = fields[name];
      if (typeof value === "string" && value !== "" && value.length <= 256) return { type, value: folded(value) };
    }
  }
  return undefined;
}

/** Whether the fields have the indicator; letter case does not count. */
export function hasIndicator(fields: Fields, { type, value }: Indicator): boolean {
  return INDICATOR_FIELDS[type].some((name) => {
    const found = fields[name];
    return typeof found === "string" && folded(found) === value;
  });
}
