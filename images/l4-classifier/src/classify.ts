import type { L3Result, L4Result } from "../../runtime/event.ts";
import type { Facts } from "../../runtime/facts.ts";
import { noisyOr } from "../../runtime/noisy-or.ts";
import { graver, type Severity } from "../../runtime/severity.ts";
import type { ThreatClass } from "./classes.ts";
import { EVIDENCE, type Evidence } from "./evidence.ts";

/** Below this confidence a class is not named: the event is BENIGN. */
export const NAMED_FROM = 0.3;
/** From this confidence on a class's full severity counts; below, MEDIUM at most. */
export const CONFIDENT_FROM = 0.6;

/** Severity of each class, where it is named with confidence. */
export const SEVERITY_OF: Readonly<Record<ThreatClass, Severity>> = {
  MALWARE_C2: "CRITICAL",
  EXFILTRATION: "HIGH",
  EXPLOIT: "HIGH",
  PRIVILEGE_ESCALATION: "HIGH",
  BRUTE_FORCE: "MEDIUM",
  RECON: "MEDIUM",
  POLICY: "LOW",
};

/** Names the class that most evidence speaks for, where there is no model; the severity only rises. */
export function classify(
  facts: Facts,
  l3: L3Result | undefined,
  severity: Severity,
): { readonly l4: L4Result; readonly severity: Severity } {
  const classes = ranked(EVIDENCE.filter((evidence) => evidence.applies(facts)));
  const [best, ...others] = classes.filter(({ confidence }) => confidence >= NAMED_FROM);
  if (!best) {
    // The more Layer 3 saw in it, the less sure "nothing" is.
    const doubt = Math.max(l3?.score ?? 0, classes[0]?.confidence ?? 0);
    const confidence = Math.round((1 - doubt) * 1000) / 1000;
    return { l4: { class: "BENIGN", confidence, evidence: [], alternatives: [] }, severity };
  }
  return {
    l4: {
      class: best.class,
      confidence: best.confidence,
      evidence: best.evidence,
      alternatives: others.map(({ class: name, confidence }) => ({ class: name, confidence })),
    },
    severity: risen(severity, best.class, best.confidence),
  };
}

/** The severity after a class was named: it only rises, without confidence to MEDIUM at most. */
export function risen(severity: Severity, name: ThreatClass, confidence: number): Severity {
  const named = SEVERITY_OF[name];
  return graver(severity, confidence >= CONFIDENT_FROM || named === "LOW" ? named : "MEDIUM");
}

interface Ranked {
  readonly class: ThreatClass;
  readonly confidence: number;
  readonly evidence: readonly string[];
}

function ranked(found: readonly Evidence[]): Ranked[] {
  return [...Map.groupBy(found, (evidence) => evidence.class)]
    .map(([name, evidence]) => ({
      class: name,
      confidence: noisyOr(evidence.map(({ weight }) => weight)),
      evidence: evidence.sort((a, b) => b.weight - a.weight).map(({ id }) => id),
    }))
    .sort((a, b) => b.confidence - a.confidence);
}
