import type { TenantReport } from "../figures/tenant.ts";

/** Operators in an answer, those under most stress first. */
const MOST_OPERATORS = 32;
/** From which risk on a level is named, gravest first. */
const LEVELS = [
  [0.8, "CRISIS"],
  [0.7, "HIGH"],
  [0.5, "ELEVATED"],
] as const;

/** Three decimals are enough, and stay within 0 and 1. */
const rounded = <T extends object>(figures: T): T =>
  Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, Math.round(Number(value) * 1000) / 1000]),
  ) as T;

/** Answer of `GET /api/v1/metrics`. Zeros that rest on nothing say so by `observations`. */
export function metricsAnswer(tenant: string, { figures, operators, observations }: TenantReport) {
  return { tenant_id: tenant.toUpperCase(), ...rounded(figures), operators: operators.size, observations };
}

/** Answer of `GET /risk`: the risk in one number and word, and each operator under a pseudonym. */
export function riskAnswer(tenant: string, report: TenantReport) {
  const { figures } = report;
  const risk = Math.max(figures.risk_acute_stress, figures.crisis_level);
  const level = LEVELS.find(([from]) => risk >= from)?.[1] ?? "NOMINAL";
  const operators = [...report.operators]
    .sort(([, a], [, b]) => b.risk_acute_stress - a.risk_acute_stress)
    .slice(0, MOST_OPERATORS)
    .map(([operator, of]) => ({ operator, ...rounded(of) }));
  return { ...metricsAnswer(tenant, report), ...rounded({ risk }), level, operators };
}
