import { DEPLOYMENT } from "./deployment.ts";
import { ISOLATION, SECURITY } from "./isolation.ts";
import { MONITORING } from "./monitoring.ts";
import { FAULTS, SCALING } from "./resilience.ts";
import type { Criterion, Facts, Finding } from "./types.ts";

/** The exit criteria of Phase 5 that a running fleet can show, in their order. */
export const CRITERIA: readonly Criterion[] = [
  ...DEPLOYMENT,
  ...ISOLATION,
  ...MONITORING,
  ...SCALING,
  ...FAULTS,
  ...SECURITY,
];

/** A criterion with what was found. */
export interface Judged extends Finding {
  readonly section: string;
  readonly what: string;
}

/** Judges every criterion by the same facts. */
export function judgeAll(facts: Facts): Judged[] {
  return CRITERIA.map(({ section, what, judge }) => ({ section, what, ...judge(facts) }));
}
