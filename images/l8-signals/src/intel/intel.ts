import type { Severity } from "../../../runtime/severity.ts";
import type { Observed } from "../observed.ts";
import type { Signal } from "../signal.ts";
import type { IndicatorSet, IntelHit } from "./indicator-set.ts";

/** How grave a match is: by how sure the feed is of its indicator, 0 to 100. */
export function severityOf(confidence: number): Severity {
  if (confidence >= 85) return "CRITICAL";
  if (confidence >= 60) return "HIGH";
  return confidence >= 30 ? "MEDIUM" : "LOW";
}

/** Field of a line that names what was matched; of all of them, so that others find the event by them. */
const CONTEXT = ["src_ip", "dest_ip", "dest_port", "host", "user", "domain", "sha256", "sha1", "md5", "ja3"];

/** Device 54: what of an event a feed knows, one signal for each indicator. */
export function intelSignals(event: Observed, indicators: IndicatorSet, now: number): readonly Signal[] {
  return indicators.match(event.fields, now).map((hit) => signalOf(event, hit));
}

function signalOf({ id, fields }: Observed, { indicator, field, value }: IntelHit): Signal {
  const { feed, type, confidence, labels, until } = indicator;
  const known = CONTEXT.flatMap((name) => {
    const text = fields[name];
    return typeof text === "string" || typeof text === "number" ? [[name, text] as const] : [];
  });
  return {
    flag: "INTEL_MATCH",
    severity: severityOf(confidence),
    about: id,
    mark: `${id}/${feed}/${type}/${indicator.value}`,
    detail: `${field} is ${type} indicator ${indicator.value} of feed ${feed}, confidence ${confidence} of 100`,
    facts: {
      ...{ feed, type, indicator: indicator.value, field, value, confidence, labels },
      ...(until !== undefined && { valid_until: new Date(until).toISOString() }),
    },
    fields: Object.fromEntries(known),
  };
}
