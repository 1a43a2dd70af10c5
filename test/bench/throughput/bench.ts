import { loadavg } from "node:os";
import { Fabric } from "../../services/support/fabric.ts";
import { benchModels, type ModelResult } from "../models/bench.ts";
import { type ApiFigures, measureApi } from "./api.ts";
import type { Quantiles } from "./quantiles.ts";
import { measureCoa, measureSoar } from "./soc.ts";
import { measureSocRouter, type SocRouterRun } from "./soc-router.ts";

export interface ThroughputBench {
  readonly runs: number;
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Each layer by itself, with real stores and gateways on this machine. */
export interface ThroughputResult {
  readonly layers: ModelResult;
  readonly socRouter: readonly SocRouterRun[];
  readonly api: ApiFigures;
  readonly coa: Quantiles;
  readonly soar: Quantiles;
  readonly load: number;
}

const EVENTS = 20_000;

/** Measures Layers 3 and 4, the SOC router, the L7 router, courses of action and proposals, one after the other. */
export async function benchThroughput({ runs, step, signal }: ThroughputBench): Promise<ThroughputResult> {
  const layers = await benchModels({ runs, step, signal });
  const socRouter: SocRouterRun[] = [];
  const fabric = await Fabric.start();
  try {
    for (let run = 1; run <= runs; run++) {
      signal.throwIfAborted();
      step(`SOC router, run ${run} of ${runs}: ${EVENTS} events`);
      socRouter.push(await measureSocRouter(fabric, EVENTS, run));
    }
  } finally {
    await fabric.stopAll();
  }
  signal.throwIfAborted();
  const api = await measureApi(step);
  signal.throwIfAborted();
  step("courses of action");
  const coa = await measureCoa();
  signal.throwIfAborted();
  step("proposals");
  const soar = await measureSoar();
  return { layers, socRouter, api, coa, soar, load: loadavg()[0] ?? 0 };
}
