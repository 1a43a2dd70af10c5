import { textTable } from "../../infra/cli/text-table.ts";
import { OTHER_NO_OPS, STEPS } from "./deploy.ts";
import { median, type Sample } from "./measure.ts";

/** What the project wants to reach; shown, never asserted: a loaded machine would decide. */
const GOALS: Readonly<Record<string, string>> = {
  [STEPS[0]]: "≤ 1.3 × compose",
  [STEPS[1]]: "≤ 3 s",
  [STEPS[2]]: "≤ 1.3 × compose",
};

/** One line of the result. */
export interface DeployRow {
  readonly step: string;
  /** Median seconds. */
  readonly ours: number | undefined;
  readonly compose: number | undefined;
  readonly limit: number | undefined;
  readonly oursToCompose: number | undefined;
  readonly oursToLimit: number | undefined;
  readonly goal: string;
}

/** Medians and ratios of all steps. */
export function deployRows(samples: readonly Sample[]): DeployRow[] {
  return [...STEPS, ...Object.values(OTHER_NO_OPS)].map((step) => {
    const of = (side: string): number | undefined =>
      median(samples.filter((s) => s.side === side && s.step === step).map((s) => s.seconds));
    const [ours, compose, limit] = [of("ours"), of("compose"), of("limit")];
    const ratio = (peer: number | undefined) => (ours === undefined || peer === undefined ? undefined : ours / peer);
    const goal = GOALS[step] ?? "";
    return { step, ours, compose, limit, oursToCompose: ratio(compose), oursToLimit: ratio(limit), goal };
  });
}

/** The rows for people, with the load that they were measured under. */
export function deployTable(samples: readonly Sample[], runs: number, containers: number): string {
  const seconds = (value: number | undefined): string => (value === undefined ? "–" : `${value.toFixed(2)} s`);
  const times = (value: number | undefined): string => (value === undefined ? "–" : `${value.toFixed(2)} ×`);
  const rows = deployRows(samples).map((row) => [
    row.step,
    seconds(row.ours),
    seconds(row.compose),
    seconds(row.limit),
    times(row.oursToCompose),
    times(row.oursToLimit),
    row.goal,
  ]);
  const header = ["step", "ours", "compose", "Engine API", "to compose", "to the limit", "goal"];
  const loads = samples.map((s) => s.load);
  return [
    `${containers} containers on all nodes together, medians over ${runs} interleaved runs, everything answers its health URL:`,
    textTable(header, rows, (text) => text),
    `machine load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`,
  ].join("\n");
}
