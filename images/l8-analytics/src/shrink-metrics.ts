/** What SHRINK answers at /api/v1/metrics (Phase 1/2F); each from 0 to 1, except the sentiment from -1. */
export interface ShrinkMetrics {
  readonly risk_acute_stress: number;
  readonly crisis_level: number;
  readonly lbi_hyperfocus_density: number;
  readonly sentiment_score: number;
  readonly entropy: number;
}

/** Reads SHRINK's answer. The two metrics that escalate are required; throws when one is no number from 0 to 1. */
export function readShrinkMetrics(answer: unknown): ShrinkMetrics {
  const metrics = (typeof answer === "object" && answer !== null ? answer : {}) as Readonly<Record<string, unknown>>;
  const required = (key: string): number => {
    const value = metrics[key];
    if (typeof value === "number" && value >= 0 && value <= 1) return value;
    throw new Error(`SHRINK's ${key} is ${JSON.stringify(value)}; expected a number from 0 to 1`);
  };
  const optional = (key: string): number => {
    const value = metrics[key];
    return typeof value === "number" && Number.isFinite(value) ? value : 0;
  };
  return {
    risk_acute_stress: required("risk_acute_stress"),
    crisis_level: required("crisis_level"),
    lbi_hyperfocus_density: optional("lbi_hyperfocus_density"),
    sentiment_score: optional("sentiment_score"),
    entropy: optional("entropy"),
  };
}
