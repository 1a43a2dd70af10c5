import type { DsmilEvent } from "../../runtime/event.ts";
import type { Candidate } from "./candidates.ts";

/** Longest rationale, characters. */
const LONGEST = 1000;

const nameOf = (category: string, flags: readonly string[] | undefined): string =>
  flags ? `${category}: ${flags.join(", ")}` : `${category}, not classified`;

/** What speaks for a proposal, from what the layers found; nothing is added to it. */
export function rationaleOf(event: DsmilEvent, { action }: Candidate, refused: readonly string[]): string {
  const { l3, l4, l8, l8_enrichment: found, severity, category } = event;
  const what = l4 ? `${l4.class} with confidence ${l4.confidence.toFixed(2)}` : nameOf(category, found?.signal_flags);
  const parts = [
    `${what}, severity ${severity}`,
    ...(l4?.evidence.length ? [`evidence ${l4.evidence.join(", ")}`] : []),
    ...(found?.signal_flags && typeof event.payload.detail === "string" ? [event.payload.detail] : []),
    ...(l3 ? [`Layer 3 ${l3.decision} ${l3.score.toFixed(2)}`] : []),
    ...(l8?.escalations.length ? [`raised by ${l8.escalations.join(", ")}`] : []),
    ...(action === "ALERT_ONLY" && refused.length > 0
      ? [`instead of ${refused.join(", ")}, which policy refuses`]
      : []),
  ];
  return parts.join("; ").slice(0, LONGEST).toWellFormed().replaceAll("\0", "\ufffd");
}
