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
  /** Attempts at the same time in each lane; default 12 on servers, 64 in containers. */
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
    return await inLanes(plan.attempts, options.parallel, async (attempt) => {
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

/** Attempts at the same time. Those in containers mostly wait for each other there, and for connections that are dropped. */
const PARALLEL = { servers: 12, containers: 64 } as const;
const IN_CONTAINERS: ReadonlySet<Probe["kind"]> = new Set(["exec", "dial", "claim"]);

/** Results in the order of the attempts; a lane has its own limit, so that one that waits does not hold up the other. */
async function inLanes(
  attempts: readonly Attempt[],
  limit: number | undefined,
  work: (attempt: Attempt) => Promise<AttemptResult>,
): Promise<AttemptResult[]> {
  const results: AttemptResult[] = [];
  const lane = async (name: keyof typeof PARALLEL): Promise<void> => {
    const indices = [...attempts.keys()].filter((i) => laneOf(attempts[i] as Attempt) === name);
    const worker = async (): Promise<void> => {
      for (let i = indices.shift(); i !== undefined; i = indices.shift()) {
        results[i] = await work(attempts[i] as Attempt);
      }
    };
    await Promise.all(Array.from({ length: limit ?? PARALLEL[name] }, worker));
  };
  // What was made for the attempts is removed only after the last of either lane.
  const ends = await Promise.allSettled([lane("servers"), lane("containers")]);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return results;
}

const laneOf = ({ attack }: Attempt): keyof typeof PARALLEL =>
  IN_CONTAINERS.has(attack.kind) ? "containers" : "servers";
