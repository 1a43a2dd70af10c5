import { judge } from "./judge.ts";
import type { Answer, Attempt, AttemptResult, Plan, Probe } from "./types.ts";

/** Carries probes out on the real servers. Never throws for what a server answers; `!` when there was no answer. */
export interface Prober {
  probe(probe: Probe): Promise<Answer>;
}

/** A fixture could not be made: nothing would be proven. */
export class SetupFailed extends Error {
  override readonly name = "SetupFailed";
}

export interface RunOptions {
  /** Attempts at the same time; default 12. */
  readonly parallel?: number;
  readonly onResult?: (result: AttemptResult) => void;
}

/** Classes that fixtures may answer: made, or (on removal) not there. */
const FIXTURE_OK = new Set(["OK", "200", "404", "42704"]);

/**
 * Runs a plan: fixtures, attempts each followed by its control, removal of what was made, also after an error.
 * Results come in the order of the plan.
 * @throws SetupFailed naming the fixture and the server's words
 */
export async function runPlan(plan: Plan, prober: Prober, options: RunOptions = {}): Promise<AttemptResult[]> {
  try {
    for (const probe of plan.setup) await fixture(prober, probe);
    return await inParallel(plan.attempts, options.parallel ?? 12, async (attempt) => {
      const result = await runAttempt(prober, attempt);
      options.onResult?.(result);
      return result;
    });
  } finally {
    for (const probe of plan.teardown) await prober.probe(probe);
  }
}

async function fixture(prober: Prober, probe: Probe): Promise<void> {
  const answer = await prober.probe(probe);
  if (!FIXTURE_OK.has(answer.class)) throw new SetupFailed(`${probe.kind}: ${answer.class} ${answer.detail}`);
}

async function runAttempt(prober: Prober, attempt: Attempt): Promise<AttemptResult> {
  const started = performance.now();
  const actual = await prober.probe(attempt.attack);
  const control = await prober.probe(attempt.control);
  const { id, layer, victim, attacker, credential, what, remedy, refusals } = attempt;
  return {
    id,
    layer,
    victim,
    attacker,
    credential,
    what,
    expected: refusals,
    actual,
    control,
    verdict: judge(attempt, actual, control),
    milliseconds: Math.round(performance.now() - started),
    remedy,
  };
}

/** Results in the order of the items, at most `limit` at work at once. */
async function inParallel<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i] as T);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
