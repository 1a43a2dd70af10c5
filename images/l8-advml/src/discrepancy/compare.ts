import type { Finding } from "../finding.ts";
import type { Verdict } from "./verdict.ts";

/** Layers that differ by more than this say different things of an event. */
export const DISCREPANCY_ABOVE = 0.5;

/**
 * Whether Layers 3 and 4 contradict each other about an event: their views of how much of a threat it is differ by more
 * than {@link DISCREPANCY_ABOVE}. Layer 4's view is its confidence, or, where it calls the event BENIGN, what is left of it.
 * @param fallback what the finding is about where the entry names no event
 */
export function discrepancyOf({ eventId, l3, l4 }: Verdict, fallback: string): Finding | undefined {
  if (!l3 || !l4) return undefined;
  const [score, confidence] = [Number(l3.score), Number(l4.confidence)];
  const l4_threat = rounded(l4.class === "BENIGN" ? 1 - confidence : confidence);
  const l3_score = rounded(score);
  if (rounded(Math.abs(l3_score - l4_threat)) <= DISCREPANCY_ABOVE) return undefined;
  const about = eventId ?? fallback;
  const called = typeof l4.class === "string" ? ` (${l4.class.slice(0, 32)})` : "";
  const detail = `Layer 3 scores ${l3_score}, Layer 4 holds it for a threat of ${l4_threat}${called}`;
  return { flag: "LAYER_DISCREPANCY", about, detail, l3_score, l4_threat };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
