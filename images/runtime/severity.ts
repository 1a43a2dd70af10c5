/** Severities of an event, lowest first (Phase 1 data fabric). */
export const SEVERITIES = ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** The graver of two severities. */
export function graver(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}

/** The severity `levels` above, at most CRITICAL. */
export function raised(severity: Severity, levels: number): Severity {
  return SEVERITIES[Math.min(SEVERITIES.length - 1, SEVERITIES.indexOf(severity) + levels)] ?? "CRITICAL";
}
