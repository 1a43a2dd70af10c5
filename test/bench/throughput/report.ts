import { median } from "../measure.ts";
import { modelTable } from "../models/report.ts";
import type { ThroughputResult } from "./bench.ts";
import type { Quantiles } from "./quantiles.ts";
import type { SocRouterRun } from "./soc-router.ts";

/** The result for people. */
export function throughputTable({ layers, socRouter, api, coa, soar, load }: ThroughputResult, runs: number): string {
  const of = (value: (run: SocRouterRun) => number): number => median(socRouter.map(value)) ?? Number.NaN;
  const [service, postgres, redis] = (["service", "postgres", "redis"] as const).map((key) =>
    of((run) => run.microseconds[key]),
  );
  const { models, chat } = api;
  return [
    modelTable(layers, runs),
    "",
    `L8 SOC router  ${whole(of((run) => run.eventsPerSecond))} events/s (wanted 10,000), load ${of((run) => run.load).toFixed(1)}`,
    `  processor time for an event: service ${whole(service)} µs, PostgreSQL ${whole(postgres)} µs, Redis ${whole(redis)} µs; ` +
      `so at most ${whole(1e6 / (service ?? Number.NaN))} a second of one core for the service`,
    `L7 router      ${whole(models.perSecond)} lists of models a second (wanted 100), ${shown(models)}`,
    `  chats of one token: ${whole(chat.perSecond)} a second, ${shown(chat)}; the worker's own part ${chat.workerMs.toFixed(1)} ms, ` +
      `added by router and bus ${chat.addedMs.toFixed(1)} ms (means)`,
    `COA            ${shown(coa)}, from question to answer`,
    `SOAR           ${shown(soar)}, from event to proposal`,
    `machine load at the end ${load.toFixed(1)}`,
  ].join("\n");
}

const whole = (value: number | undefined): string => Math.round(value ?? Number.NaN).toLocaleString("en");
const shown = ({ p50Ms, p99Ms, count }: Quantiles): string =>
  `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms of ${count}`;
