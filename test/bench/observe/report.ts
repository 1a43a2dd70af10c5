import { textTable } from "../../../infra/cli/text-table.ts";
import type { ObserveResult, ObserveRun } from "./observe.ts";

/** Share of the services' throughput that watching may cost. */
export const COST_GOAL = 0.05;

/** What watching costs: medians of both sides and of the pairs' ratios. */
export interface ObserveCost {
  readonly onPerSecond: number;
  readonly offPerSecond: number;
  /** Events a second with it, divided by those without, run by run. */
  readonly ratio: number;
  readonly servicesMsOn: number;
  readonly servicesMsOff: number;
  readonly watchingCores: number;
  readonly memoryMiB: number;
}

export function observeCost({ runs, memory }: Pick<ObserveResult, "runs" | "memory">): ObserveCost {
  const [on, off] = [runs.filter(({ side }) => side === "on"), runs.filter(({ side }) => side === "off")];
  const of = (some: readonly ObserveRun[], key: Exclude<keyof ObserveRun, "side">) => median(some.map((r) => r[key]));
  return {
    onPerSecond: of(on, "eventsPerSecond"),
    offPerSecond: of(off, "eventsPerSecond"),
    ratio: median(on.map((one, i) => one.eventsPerSecond / (off[i]?.eventsPerSecond ?? Number.NaN))),
    servicesMsOn: of(on, "servicesMs"),
    servicesMsOff: of(off, "servicesMs"),
    watchingCores: of(on, "watchingCores"),
    memoryMiB: memory.reduce((sum, { mib }) => sum + mib, 0),
  };
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

/** The result for people. */
export function observeTable(result: ObserveResult): string {
  const rows = result.runs.map(({ side, eventsPerSecond, servicesMs, watchingCores, load }) => [
    side,
    eventsPerSecond.toFixed(0),
    servicesMs.toFixed(2),
    watchingCores.toFixed(2),
    load.toFixed(1),
  ]);
  const cost = observeCost(result);
  return [
    textTable(["watching", "events/s", "services, ms CPU an event", "watching, cores", "machine load"], rows, plain),
    "",
    `medians: ${cost.onPerSecond.toFixed(0)} events/s with it, ${cost.offPerSecond.toFixed(0)} without; ` +
      `ratio by pairs ${cost.ratio.toFixed(3)} (goal: above ${(1 - COST_GOAL).toFixed(2)})`,
    `what watches takes ${cost.watchingCores.toFixed(2)} cores and ${Math.round(cost.memoryMiB)} MiB in ${result.memory.length} containers`,
    ...result.problems.map((problem) => `THE ACCOUNT DOES NOT ADD UP: ${problem}`),
  ].join("\n");
}

const plain = (text: string): string => text;
