import { loadavg } from "node:os";
import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import { UserError } from "../../../infra/cli/errors.ts";
import { newRunId } from "../../../infra/cli/events/event-id.ts";
import { type Fleet, withFleet } from "../../../infra/cli/stores/fleet.ts";
import type { Container } from "../../../infra/model/types.ts";
import { openAdminStores } from "../load/admin.ts";
import { countAndRemove } from "../load/count-and-remove.ts";
import { type ContainerMemory, fleetMemory } from "../load/memory.ts";
import { RunLoad } from "../load/run-load.ts";
import { settled } from "../load/settle.ts";
import { streamEnds, type TenantRun } from "../load/stream-account.ts";
import { type CpuSeconds, containerCpu } from "./container-cpu.ts";

export interface ObserveBench {
  /** Runs of each side. */
  readonly runs: number;
  /** Events in sum of one run, all tenants together. */
  readonly events: number;
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

/** What one run of events took, with everything that watches at work, or paused. */
export interface ObserveRun {
  readonly side: "on" | "off";
  /** From the first line sent to the last one archived. */
  readonly eventsPerSecond: number;
  /** Processor time of all containers that do not watch, milliseconds an event. */
  readonly servicesMs: number;
  /** Processor time of those that do, share of one core while the run lasted. */
  readonly watchingCores: number;
  readonly load: number;
}

export interface ObserveResult {
  readonly runs: readonly ObserveRun[];
  /** Memory of the containers that watch. */
  readonly memory: readonly ContainerMemory[];
  readonly problems: readonly string[];
}

const PATIENCE_MS = 120_000;
const SETTLE_MS = 300_000;
const PAUSE_MS = 30_000;

/** Sends the same events through the running fleet, by turns with what watches it at work and paused. */
export function benchObserve(bench: ObserveBench): Promise<ObserveResult> {
  return withFleet((fleet) => observe(fleet, bench));
}

async function observe(fleet: Fleet, bench: ObserveBench): Promise<ObserveResult> {
  const watching = watchers(fleet);
  if (watching.length === 0) throw new UserError("nothing watches this fleet", "see docs/metrics.md");
  const problems: string[] = [];
  const runs: ObserveRun[] = [];
  for (let round = 0; round < bench.runs; round++) {
    // By turns which side comes first: what drifts meanwhile hits both.
    const sides = round % 2 === 0 ? (["on", "off"] as const) : (["off", "on"] as const);
    for (const side of sides) {
      bench.step(`run ${round + 1} of ${bench.runs}, ${side}: ${bench.events} events`);
      runs.push(await oneRun(fleet, bench, side, watching, problems));
    }
  }
  const names = new Set(watching.map(({ name }) => name));
  const memory = (await fleetMemory(fleet)).filter(({ name }) => names.has(name));
  return { runs, memory, problems };
}

const watchers = ({ model }: Fleet): Container[] => {
  const monitors = new Set(model.services.filter(({ kind }) => kind === "monitor").map(({ id }) => id));
  return model.containers.filter(({ service }) => monitors.has(service));
};

async function oneRun(
  fleet: Fleet,
  bench: ObserveBench,
  side: ObserveRun["side"],
  watching: readonly Container[],
  problems: string[],
): Promise<ObserveRun> {
  const admin = await openAdminStores(fleet);
  const ends = await streamEnds(admin.redis, fleet.model.tenants).finally(() => admin.close());
  const before = await containerCpu(fleet);
  if (side === "off") await all(fleet, watching, "pause");
  const begun = performance.now();
  let sent: Awaited<ReturnType<typeof send>>;
  let seconds: number;
  try {
    sent = await send(fleet, `bench-observe-${side}-${newRunId()}`, bench);
    seconds = (performance.now() - begun) / 1000;
  } finally {
    if (side === "off") await all(fleet, watching, "unpause");
  }
  const after = await containerCpu(fleet);
  const accounts = await countAndRemove(sent.runs, ends, () => openAdminStores(fleet));
  problems.push(...accounts.flatMap((one) => one.problems));
  const names = new Set(watching.map(({ name }) => name));
  const used = (of: (name: string) => boolean): number => cpuBetween(before, after, of);
  const events = sent.runs.reduce((sum, one) => sum + one.sent, 0);
  return {
    side,
    eventsPerSecond: events / seconds,
    servicesMs: (used((name) => !names.has(name)) / events) * 1000,
    watchingCores: used((name) => names.has(name)) / seconds,
    load: sent.load,
  };
}

/** Sends to all tenants at once and waits until all is archived or rejected. */
async function send(fleet: Fleet, run: string, { events, signal }: ObserveBench) {
  const { tenants } = fleet.model;
  const common = { run, route: "stream", count: Math.ceil(events / tenants.length), patienceMs: PATIENCE_MS } as const;
  const loads = tenants.map(({ id }, at) => new RunLoad(fleet, { ...common, signal, tenant: id, seed: 31 + at }));
  await Promise.all(loads.map(({ done }) => done));
  const load = loadavg()[0] ?? 0;
  const runs = tenants.map((tenant, at): TenantRun => ({ tenant, run, sent: loads[at]?.tally.sent ?? 0 }));
  await Promise.all(runs.map((one) => settled(fleet, one, SETTLE_MS, signal)));
  return { runs, load };
}

/** `docker pause` or `unpause` of all, node by node. */
async function all({ root }: Fleet, containers: readonly Container[], verb: "pause" | "unpause"): Promise<void> {
  const nodes = Map.groupBy(containers, ({ node }) => node);
  await Promise.all(
    [...nodes].map(async ([node, those]) => {
      const connection = await connect(readAccess(root, node));
      const argv = ["docker", verb, ...those.map(({ name }) => name)];
      const { code, stderr } = await connection.exec(argv, { timeoutMs: PAUSE_MS });
      if (code !== 0) throw new Error(`${node}: docker ${verb}: ${stderr.trim()}`);
    }),
  );
}

function cpuBetween(before: CpuSeconds, after: CpuSeconds, of: (name: string) => boolean): number {
  let sum = 0;
  for (const [name, seconds] of after) if (of(name)) sum += seconds - (before.get(name) ?? 0);
  return sum;
}
