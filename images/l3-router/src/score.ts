import type { L3Result } from "../../runtime/event.ts";
import { Facts } from "../../runtime/facts.ts";
import type { NormalizedLine } from "../../runtime/ingest/normalized-line.ts";
import type { ModelIdentity } from "../../runtime/models/manifest.ts";
import { noisyOr } from "../../runtime/noisy-or.ts";
import { graver, SEVERITIES, type Severity } from "../../runtime/severity.ts";
import { RULES } from "./rules.ts";

/** From this score on a line is an ALERT, and at least HIGH. */
export const ALERT_FROM = 0.7;
/** From this score on a line is for REVIEW, and at least MEDIUM. */
export const REVIEW_FROM = 0.35;

/** What the line's own severity adds, as a rule of its own: `severity_high` and so on. */
const HINT_WEIGHT: Readonly<Record<Severity, number>> = { INFO: 0, LOW: 0.1, MEDIUM: 0.2, HIGH: 0.4, CRITICAL: 0.6 };

/** A judged line: Layer 3's result, and the event's severity. */
export interface Judged {
  readonly l3: L3Result;
  readonly severity: Severity;
}

/** What the model says of a line. */
export interface Said {
  readonly model: ModelIdentity;
  /** That an analyst confirms it as one to act on. */
  readonly probability: number;
}

/**
 * Judges one line: the score is the model's probability, or without a model that of the rules that apply. The rules are
 * told in any case, and what they call an ALERT is never passed: a model can be deceived by what a rule still sees. The
 * severity never falls below what the line says itself.
 */
export function score(line: NormalizedLine, said?: Said): Judged {
  const facts = new Facts(line.category, line.fields);
  const fired = RULES.filter((rule) => rule.applies(facts)).map(({ id, weight }) => ({ id, weight }));
  // An IDS alert's severity is a rule already; a syslog level counts here.
  if (line.format === "syslog" && line.severity !== "INFO") {
    fired.push({ id: `severity_${line.severity.toLowerCase()}`, weight: HINT_WEIGHT[line.severity] });
  }
  fired.sort((a, b) => b.weight - a.weight);
  const byRules = noisyOr(fired.map(({ weight }) => weight));
  const total = said ? Math.round(said.probability * 1000) / 1000 : byRules;
  const own = decisionOf(total);
  const decision = own === "PASS" && byRules >= ALERT_FROM ? "REVIEW" : own;
  const least = SEVERITIES[{ ALERT: 3, REVIEW: 2, PASS: 0 }[decision]] ?? "INFO";
  const rules = fired.map(({ id }) => id);
  return {
    l3: { score: total, decision, rules, ...(said && { model: said.model }) },
    severity: graver(line.severity, least),
  };
}

function decisionOf(total: number): L3Result["decision"] {
  return total >= ALERT_FROM ? "ALERT" : total >= REVIEW_FROM ? "REVIEW" : "PASS";
}
