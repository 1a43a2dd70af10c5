import type { L4Result } from "../../runtime/event.ts";
import type { Facts } from "../../runtime/facts.ts";
import type { ModelIdentity } from "../../runtime/models/manifest.ts";
import type { Severity } from "../../runtime/severity.ts";
import { CLASSES } from "./classes.ts";
import { NAMED_FROM, risen } from "./classify.ts";
import { EVIDENCE } from "./evidence.ts";

/** Alternatives below this probability are not told. */
export const TOLD_FROM = 0.05;

/** Names the class that the model holds for likeliest; evidence for it is told as its explanation. */
export function classifyByModel(
  facts: Facts,
  severity: Severity,
  model: ModelIdentity,
  probabilities: Float32Array,
): { readonly l4: L4Result; readonly severity: Severity } {
  const ranked = CLASSES.map((name, at) => ({
    class: name,
    confidence: Math.round((probabilities[at] ?? 0) * 1000) / 1000,
  })).sort((a, b) => b.confidence - a.confidence);
  const likeliest = ranked[0] ?? { class: "BENIGN" as const, confidence: 0 };
  // What is so spread out that no class stands out is not named.
  const best =
    likeliest.confidence >= NAMED_FROM ? likeliest : (ranked.find((one) => one.class === "BENIGN") ?? likeliest);
  const speaks = EVIDENCE.filter((evidence) => evidence.class === best.class && evidence.applies(facts));
  const l4: L4Result = {
    class: best.class,
    confidence: best.confidence,
    evidence: speaks.sort((a, b) => b.weight - a.weight).map(({ id }) => id),
    alternatives: ranked.filter((one) => one !== best && one.confidence >= TOLD_FROM),
    model,
  };
  return { l4, severity: best.class === "BENIGN" ? severity : risen(severity, best.class, best.confidence) };
}
