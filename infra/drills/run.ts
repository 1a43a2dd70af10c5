import type { Drill, DrillContext, DrillResult, Outcome, Verdict } from "./types.ts";

/** Runs drills one after the other; one that cannot run is an error in its result, and the next one follows. */
export async function runDrills(
  drills: readonly Drill[],
  context: DrillContext,
  onResult: (result: DrillResult) => void = () => undefined,
): Promise<DrillResult[]> {
  const results: DrillResult[] = [];
  for (const drill of drills) {
    const result = await runDrill(drill, context);
    results.push(result);
    onResult(result);
  }
  return results;
}

async function runDrill(drill: Drill, context: DrillContext): Promise<DrillResult> {
  const { number, id, scenario, defence } = drill;
  const begun = performance.now();
  const done = (verdict: Verdict, note: string, outcome?: Outcome): DrillResult => ({
    ...{ number, id, scenario, defence, verdict, note },
    ...(outcome && { outcome }),
    milliseconds: Math.round(performance.now() - begun),
  });
  const missing = drill.needs.filter((need) => !context.model.services.some((service) => service.id === need));
  if (missing.length > 0) return done("error", `the manifest has no ${missing.join(", ")}`);
  try {
    const outcome = await drill.run(context);
    return done(verdictOf(outcome), noteOf(outcome), outcome);
  } catch (error) {
    return done("error", (error as Error).message);
  }
}

function verdictOf({ attack, control }: Outcome): Verdict {
  if (!attack.held) return "fail";
  return control.held ? "pass" : "unproven";
}

function noteOf({ attack, control }: Outcome): string {
  if (!attack.held) return `expected ${attack.expected}, got ${attack.actual}`;
  if (!control.held) return `stopped, but the control failed: expected ${control.expected}, got ${control.actual}`;
  return attack.actual;
}
