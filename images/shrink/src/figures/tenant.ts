import { ramp } from "./formulas.ts";
import { Operator, type OperatorFigures } from "./operator.ts";
import type { Trace } from "./trace.ts";

/** What is said of a tenant's operators together, each from 0 to 1. */
export interface TenantFigures extends OperatorFigures {
  readonly crisis_level: number;
}

/** The figures of a tenant and what they rest on. */
export interface TenantReport {
  readonly figures: TenantFigures;
  readonly operators: ReadonlyMap<string, OperatorFigures>;
  /** Observations that count. */
  readonly observations: number;
}

/** Operators kept of a tenant; the one not seen for longest goes. */
export const MAX_OPERATORS = 64;
/** Without a second operator there is no crisis: one account must not make every event CRITICAL. */
const ALONE_AT_MOST = 0.75;

/** The operators of one tenant, by pseudonym. */
export class TenantOperators {
  private readonly operators = new Map<string, Operator>();

  /** Traces kept. */
  get count(): number {
    return [...this.operators.values()].reduce((sum, { count }) => sum + count, 0);
  }

  add(pseudonym: string, trace: Trace): void {
    let operator = this.operators.get(pseudonym);
    if (!operator) {
      if (this.operators.size >= MAX_OPERATORS) this.dropOldest();
      operator = new Operator();
      this.operators.set(pseudonym, operator);
    }
    operator.add(trace);
  }

  report(now: number): TenantReport {
    for (const [pseudonym, operator] of this.operators) if (!operator.forget(now)) this.operators.delete(pseudonym);
    const operators = new Map([...this.operators].map(([pseudonym, one]) => [pseudonym, one.figures(now)]));
    return { figures: together([...operators.values()]), operators, observations: this.count };
  }

  private dropOldest(): void {
    let oldest: string | undefined;
    let seen = Number.POSITIVE_INFINITY;
    for (const [pseudonym, operator] of this.operators) {
      if (operator.seen < seen) [oldest, seen] = [pseudonym, operator.seen];
    }
    if (oldest !== undefined) this.operators.delete(oldest);
  }
}

/** Of the operators' figures: 0.6 × the highest + 0.4 × the mean; the crisis by the mean and the highest stress. */
export function together(all: readonly OperatorFigures[]): TenantFigures {
  const of = (read: (figures: OperatorFigures) => number): { most: number; mean: number } => {
    const values = all.map(read);
    const sum = values.reduce((total, value) => total + value, 0);
    return { most: Math.max(0, ...values), mean: values.length === 0 ? 0 : sum / values.length };
  };
  const mixed = (read: (figures: OperatorFigures) => number): number => {
    const { most, mean } = of(read);
    return Math.min(1, 0.6 * most + 0.4 * mean);
  };
  const stress = of((f) => f.risk_acute_stress);
  const crisis = Math.max(ramp(stress.mean, 0.5, 0.85), ALONE_AT_MOST * ramp(stress.most, 0.7, 0.95));
  return {
    risk_acute_stress: mixed((f) => f.risk_acute_stress),
    cognitive_load: mixed((f) => f.cognitive_load),
    lbi_hyperfocus_density: mixed((f) => f.lbi_hyperfocus_density),
    entropy: mixed((f) => f.entropy),
    crisis_level: all.length < 2 ? Math.min(ALONE_AT_MOST, crisis) : crisis,
  };
}
