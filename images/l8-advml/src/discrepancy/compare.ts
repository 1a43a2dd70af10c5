import type { Finding } from "../finding.ts";
import type { Verdict } from "./verdict.ts";

/** Layers that differ by more than this say different things of an event. */
export const DISCREPANCY_ABOVE = 0.5;

/**
 * What an event of a class is worth of Layer 3's attention at least, where Layer 4 is certain of it: Layer 3 says how urgent
 * a line is, and one refused login is none, however sure its class. Classes that are not named here: all of it.
 */
const LEAST_URGENT: Readonly<Record<string, number>> = { BRUTE_FORCE: 0.6, RECON: 0.6, POLICY: 0.3 };

/**
 * Whether Layers 3 and 4 contradict each other about an event: the score is further than {@link DISCREPANCY_ABOVE} from
 * what Layer 4 says. That is its confidence, or what is left of it where it calls the event BENIGN; of a class that may be
 * less urgent, anything from its share of the confidence up to the confidence.
 * @param fallback what the finding is about where the entry names no event
 */
export function discrepancyOf({ eventId, l3, l4 }: Verdict, fallback: string): Finding | undefined {
  if (!l3 || !l4) return undefined;
  const [score, confidence] = [Number(l3.score), Number(l4.confidence)];
  const name = typeof l4.class === "string" ? l4.class.slice(0, 32) : undefined;
  const threat = name === "BENIGN" ? 1 - confidence : confidence;
  const least = threat * (name !== undefined && Object.hasOwn(LEAST_URGENT, name) ? (LEAST_URGENT[name] ?? 1) : 1);
  if (rounded(Math.max(score - threat, least - score)) <= DISCREPANCY_ABOVE) return undefined;
  const [l3_score, l4_threat] = [rounded(score), rounded(threat)];
  const about = eventId ?? fallback;
  const called = name === undefined ? "" : ` (${name})`;
  const detail = `Layer 3 scores ${l3_score}, Layer 4 holds it for a threat of ${l4_threat}${called}`;
  return { flag: "LAYER_DISCREPANCY", about, detail, l3_score, l4_threat };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
