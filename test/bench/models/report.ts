import { median } from "../measure.ts";
import type { Drained, ModelResult } from "./bench.ts";

/** Events a second that Phase 5 §6.1 wants of a layer. */
const WANTED = { l3: 1000, l4: 500 } as const;

/** The result as text. */
export function modelTable({ events, load, drained, inference }: ModelResult, runs: number): string {
  const rows = (["l3", "l4"] as const).flatMap((layer) =>
    (["model", "rules"] as const).map((by) => {
      const of = (value: (one: Drained) => number): number =>
        median(drained.filter((one) => one.layer === layer && one.by === by).map(value)) ?? 0;
      const [wall, cpu, p99] = [of((d) => d.eventsPerSecond), of((d) => d.eventsPerCpuSecond), of((d) => d.batchP99Ms)];
      return `${layer}  ${by.padEnd(5)}  ${whole(wall)} events/s  ${whole(cpu)} a second of one core  batch p99 ${p99} ms  (wanted ${WANTED[layer]})`;
    }),
  );
  const times = inference.map(
    ({ model, rows, p50, p99 }) =>
      `${model.padEnd(21)} ${String(rows).padStart(3)} rows  p50 ${whole(p50)} µs  p99 ${whole(p99)} µs`,
  );
  const head = `Layers 3 and 4, ${events} events, medians of ${runs} runs, load ${load.toFixed(1)}`;
  return [head, ...rows, "", "Inference", ...times].join("\n");
}

const whole = (value: number): string => Math.round(value).toLocaleString("en");
