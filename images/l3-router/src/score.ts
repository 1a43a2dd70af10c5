import type { L3Result } from "../../runtime/event.ts";
import { Facts } from "../../runtime/facts.ts";
import type { NormalizedLine } from "../../runtime/ingest/normalized-line.ts";
import { noisyOr } from "../../runtime/noisy-or.ts";
import { graver, SEVERITIES, type Severity } from "../../runtime/severity.ts";
import { RULES } from "./rules.ts";

/** From this score on a line is an ALERT, and at least HIGH. */
export const ALERT_FROM = 0.7;
/** From this score on a line is for REVIEW, and at least MEDIUM. */
export const REVIEW_FROM = 0.35;

/** What the line's own severity adds, as a rule of its own: `severity_high` and so on. */
const HINT_WEIGHT: Readonly<Record<Severity, number>> = { INFO: 0, LOW: 0.1, MEDIUM: 0.2, HIGH: 0.4, CRITICAL: 0.6 };

/** Scores one line by the rules that apply to it; the severity never falls below what the line says itself. */
export function score(line: NormalizedLine): { readonly l3: L3Result; readonly severity: Severity } {
  const facts = new Facts(line.category, line.fields);
  const fired = RULES.filter((rule) => rule.applies(facts)).map(({ id, weight }) => ({ id, weight }));
  // An IDS alert's severity is a rule already; a syslog level counts here.
  if (line.format === "syslog" && line.severity !== "INFO") {
    fired.push({ id: `severity_${line.severity.toLowerCase()}`, weight: HINT_WEIGHT[line.severity] });
  }
  fired.sort((a, b) => b.weight - a.weight);
  const total = noisyOr(fired.map(({ weight }) => weight));
  const decision = total >= ALERT_FROM ? "ALERT" : total >= REVIEW_FROM ? "REVIEW" : "PASS";
  const least = SEVERITIES[{ ALERT: 3, REVIEW: 2, PASS: 0 }[decision]] ?? "INFO";
  return { l3: { score: total, decision, rules: fired.map(({ id }) => id) }, severity: graver(line.severity, least) };
}
