import type { FeedIndicator } from "../../runtime/intel/indicator.ts";
import { parseStix } from "../../runtime/intel/stix.ts";
import { jsonObject } from "../../runtime/json-object.ts";
import { COALITION_LIMITS, type SharedKind } from "../../runtime/soc/coalition.ts";

/** An indicator that events can be compared with. */
export interface WantedIndicator {
  readonly type: SharedKind;
  readonly value: string;
}

/** What a partner's bundle says. */
export interface ReadBundle {
  readonly indicators: readonly WantedIndicator[];
  /** What was not understood, or is not looked for, by name. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** A bundle that cannot be used; the message is a reason. */
export class UnsoundBundle extends Error {
  constructor(reason: "not_a_bundle" | "too_many_objects") {
    super(reason);
    this.name = "UnsoundBundle";
  }
}

/**
 * Reads a bundle's indicators of the simple form, whatever their period: what was seen counts.
 * @throws UnsoundBundle
 */
export function readBundle(text: string, partner: string): ReadBundle {
  const objects = jsonObject(text)?.objects ?? [];
  if (!Array.isArray(objects)) throw new UnsoundBundle("not_a_bundle");
  if (objects.length > COALITION_LIMITS.objects) throw new UnsoundBundle("too_many_objects");
  const { indicators, skipped } = parsed(text, partner);
  const wanted = indicators.filter(isWanted) as readonly WantedIndicator[];
  const others: Record<string, number> = {};
  for (const one of indicators) if (!isWanted(one)) others[nameOf(one)] = (others[nameOf(one)] ?? 0) + 1;
  return { indicators: wanted, skipped: { ...skipped, ...others } };
}

function parsed(text: string, partner: string): ReturnType<typeof parseStix> {
  try {
    return parseStix(text, { feed: partner, confidence: 50 });
  } catch {
    throw new UnsoundBundle("not_a_bundle");
  }
}

/** Networks and wildcards are no values that an event has; users are not exchanged. */
function isWanted({ type, value }: FeedIndicator): boolean {
  return type !== "user" && !value.includes("/") && !value.startsWith("*.");
}

function nameOf({ type }: FeedIndicator): string {
  if (type === "user") return "user";
  return type === "ip" ? "network" : "names below a domain";
}
