import { raised, type Severity } from "../../runtime/severity.ts";
import type { ShrinkMetrics } from "./shrink-metrics.ts";

/** From here on every event counts as CRITICAL (Phase 1/2F, severity escalation). */
export const CRISIS_FROM = 0.8;
/** From here on every event counts one level more. */
export const STRESS_FROM = 0.7;

/** The severity after SHRINK's view of the operators is taken into account, and why it rose. */
export function escalate(
  severity: Severity,
  shrink: ShrinkMetrics | undefined,
): { readonly severity: Severity; readonly escalations: readonly string[] } {
  if (!shrink) return { severity, escalations: [] };
  if (shrink.crisis_level >= CRISIS_FROM) return { severity: "CRITICAL", escalations: ["shrink_crisis"] };
  if (shrink.risk_acute_stress >= STRESS_FROM) {
    return { severity: raised(severity, 1), escalations: ["shrink_acute_stress"] };
  }
  return { severity, escalations: [] };
}
