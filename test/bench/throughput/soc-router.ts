import { readdirSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { samples } from "../../../models/data/samples.ts";
import { KNOWN } from "../../../models/data/vocabulary.ts";
import { ServiceProcess } from "../../services/l7/process.ts";
import { type Fabric, until } from "../../services/support/fabric.ts";
import { processorTime } from "../dbe/processor-time.ts";

/** How fast the SOC router empties its streams outside of its container, and who works how much for it. */
export interface SocRouterRun {
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Processor time for one event, microseconds, by process: the service, PostgreSQL's, Redis. */
  readonly microseconds: { readonly service: number; readonly postgres: number; readonly redis: number };
  /** Longest that 99 % of its batches took, milliseconds. */
  readonly batchP99Ms: number;
  readonly load: number;
}

/** Node's flags in the container. */
const FLAGS = "--max-old-space-size=56 --max-semi-space-size=8";
const PATIENCE_MS = 180_000;

/**
 * Runs Layers 3 and 4 over `events` lines first, so that their streams are as the layers leave them; then starts the SOC
 * router as a process of its own and measures the last nine tenths of what it takes to empty both.
 */
export async function measureSocRouter(fabric: Fabric, events: number, seed: number): Promise<SocRouterRun> {
  await fabric.reset();
  const lines = [...samples(events, seed, KNOWN)].map(({ line }) => line);
  for (let from = 0; from < lines.length; from += 1000) await fabric.send(lines.slice(from, from + 1000));
  const reach = (stream: string, count: number) =>
    until(async () => (await fabric.admin.xlen(`ALPHA_${stream}`)) >= count, PATIENCE_MS);
  for (const [layer, stream] of [
    ["l3", "L3_OUT"],
    ["l4", "L4_OUT"],
  ] as const) {
    const running = await fabric.run(layer);
    await reach(stream, events);
    await running.stop();
  }
  const router = await ServiceProcess.make("l8-analytics", {
    ...fabric.variables,
    NODE_OPTIONS: [FLAGS, process.env.BENCH_NODE_OPTIONS ?? ""].join(" "),
  });
  try {
    await router.up();
    await reach("SOC_EVENTS", events / 10);
    const [begun, first] = [performance.now(), await fabric.admin.xlen("ALPHA_SOC_EVENTS")];
    const before = await times(fabric, router.pid);
    await reach("SOC_EVENTS", events);
    const seconds = (performance.now() - begun) / 1000;
    const after = await times(fabric, router.pid);
    const measured = events - first;
    const each = (key: keyof typeof after): number => (after[key] - before[key]) / measured;
    return {
      events: measured,
      eventsPerSecond: measured / seconds,
      microseconds: { service: each("service"), postgres: each("postgres"), redis: each("redis") },
      batchP99Ms: await p99(router),
      load: loadavg()[0] ?? 0,
    };
  } finally {
    await router.end();
  }
}

async function times(fabric: Fabric, pid: number) {
  const info = await fabric.admin.info("server");
  const redis = Number(/^process_id:(\d+)/m.exec(info)?.[1]);
  const postmaster = Number(readFileSync(`${fabric.dir}/postgres/data/postmaster.pid`, "utf8").split("\n")[0]);
  return {
    service: processorTime([pid]),
    postgres: processorTime([postmaster, ...childrenOf(postmaster)]),
    redis: processorTime([redis]),
  };
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      // The name stands in brackets and may hold anything; what follows it does not.
      return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]) === parent;
    } catch {
      return false;
    }
  });
}

/** The bucket of the histogram that 99 % of the batches are in, milliseconds. */
async function p99(router: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${router.url}/metrics`)).text();
  const buckets = [
    ...text.matchAll(/^dsmil_request_latency_seconds_bucket\{le="([^"]+)",[^}]*SOC_FUSE[^}]*\} (\d+)/gm),
  ];
  const total = Number(buckets.at(-1)?.[2] ?? 0);
  const found = buckets.find(([, , count]) => Number(count) >= total * 0.99);
  return Number(found?.[1] ?? Number.NaN) * 1000;
}
