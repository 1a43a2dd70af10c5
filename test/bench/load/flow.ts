import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { newRunId } from "../../../infra/cli/events/event-id.ts";
import { type Fleet, withFleet } from "../../../infra/cli/stores/fleet.ts";
import type { Tenant } from "../../../infra/model/types.ts";
import type { RunAccount } from "./account.ts";
import { openAdminStores } from "./admin.ts";
import { type Buckets, latencyBuckets, p99Between } from "./batch-times.ts";
import { countAndRemove } from "./count-and-remove.ts";
import { type LayerTimes, layerTimes } from "./layer-times.ts";
import { type ContainerMemory, fleetMemory } from "./memory.ts";
import { RunLoad } from "./run-load.ts";
import { settled } from "./settle.ts";
import { streamEnds, type TenantRun } from "./stream-account.ts";

export interface FlowBench {
  /** Events in sum, all tenants together. */
  readonly events: number;
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A layer's batches by its own metrics, against its objective. */
export interface BatchTimes {
  readonly layer: string;
  /** Milliseconds that 99 % of the batches stayed below, by the histogram's bounds. */
  readonly p99Ms: number | undefined;
  readonly sloMs: number | undefined;
}

/** One part of the flow: all lines as fast as they go, or at a steady rate. */
export interface FlowPart {
  readonly name: "flat out" | "steady";
  readonly times: readonly LayerTimes[];
  readonly batches: readonly BatchTimes[];
  readonly load: number;
}

export interface FlowResult {
  readonly tenants: readonly Omit<RunAccount, "streams">[];
  readonly streams: readonly {
    readonly tenant: string;
    readonly run: string;
    readonly stream: string;
    readonly entries: number;
    readonly distinct: number;
  }[];
  readonly parts: readonly FlowPart[];
  readonly memory: readonly ContainerMemory[];
  readonly problems: readonly string[];
}

/** Services whose batches are timed. */
const TIMED = { L3: "l3-router", L4: "l4-classifier", L8: "l8-analytics" } as const;
/** Share of the events that is sent at a steady rate, and that rate, events a second of all tenants together. */
const STEADY = { share: 0.1, rate: 500 };
const PATIENCE_MS = 120_000;
const SETTLE_MS = 600_000;

/** Sends events of all kinds through the running fleet, counts them in every store, and takes them out again. */
export function benchFlow(bench: FlowBench): Promise<FlowResult> {
  return withFleet((fleet) => flow(fleet, bench));
}

async function flow(fleet: Fleet, { events, step, signal }: FlowBench): Promise<FlowResult> {
  const { tenants } = fleet.model;
  const before = await openAdminStores(fleet);
  const ends = await streamEnds(before.redis, tenants).finally(() => before.close());
  const id = newRunId();
  const each = Math.ceil(events / tenants.length);
  const slow = Math.round(each * STEADY.share);
  const shapes = [
    { name: "steady", count: slow, rate: STEADY.rate / tenants.length },
    { name: "flat out", count: each - slow, rate: undefined },
  ] as const;
  const found: { readonly part: FlowPart; readonly memory: ContainerMemory[]; readonly accounts: RunAccount[] }[] = [];
  for (const { name, count, rate } of shapes) {
    step(`${name}: ${count * tenants.length} events`);
    const histograms = await buckets(fleet);
    const run = `bench-${name.replace(" ", "-")}-${id}`;
    const { runs, memory, load } = await sendPart(fleet, run, { count, rate, signal, step });
    const batches = batchTimes(fleet, histograms, await buckets(fleet));
    const accounts = await countAndRemove(runs, ends, () => openAdminStores(fleet));
    found.push({ part: { name, times: layerTimes(accounts, [1, count]), batches, load }, memory, accounts });
  }
  return resultOf(found);
}

function resultOf(
  found: readonly { readonly part: FlowPart; readonly memory: ContainerMemory[]; readonly accounts: RunAccount[] }[],
): FlowResult {
  const all = found.flatMap(({ accounts }) => accounts);
  return {
    tenants: all.map(({ streams: _, ...rest }) => rest),
    streams: all.flatMap(({ tenant, run, streams }) =>
      Object.entries(streams).map(([stream, { entries, distinct }]) => ({ tenant, run, stream, entries, distinct })),
    ),
    parts: found.map(({ part }) => part),
    memory: largest(found.map(({ memory }) => memory)),
    problems: all.flatMap(({ problems }) => problems),
  };
}

async function sendPart(
  fleet: Fleet,
  run: string,
  {
    count,
    rate,
    signal,
    step,
  }: { count: number; rate: number | undefined; signal: AbortSignal; step: FlowBench["step"] },
) {
  const common = {
    run,
    route: "stream",
    count,
    patienceMs: PATIENCE_MS,
    signal,
    ...(rate !== undefined && { rate }),
  } as const;
  const loads = fleet.model.tenants.map(({ id }, at) => new RunLoad(fleet, { ...common, tenant: id, seed: 11 + at }));
  await sleep(5000, undefined, { signal });
  // In the middle of it, when everything is at work.
  const memory = await fleetMemory(fleet);
  await Promise.all(loads.map(({ done }) => done));
  const load = loadavg()[0] ?? 0;
  const runs = fleet.model.tenants.map(
    (tenant: Tenant, at): TenantRun => ({ tenant, run, sent: loads[at]?.tally.sent ?? 0 }),
  );
  step(`${run}: all acknowledged; waiting for the archive`);
  for (const one of runs) await settled(fleet, one, SETTLE_MS, signal);
  // SOC_EVENTS is written after the archive.
  await sleep(2000, undefined, { signal });
  return { runs, memory: [...memory, ...(await fleetMemory(fleet))], load };
}

type Histograms = Readonly<Record<string, readonly Buckets[]>>;

async function buckets(fleet: Fleet): Promise<Histograms> {
  const found = await Promise.all(
    Object.entries(TIMED).map(async ([layer, service]) => {
      const containers = fleet.model.containers.filter((one) => one.service === service);
      return [layer, await Promise.all(containers.map((one) => latencyBuckets(fleet, one)))] as const;
    }),
  );
  return Object.fromEntries(found);
}

function batchTimes({ model }: Fleet, before: Histograms, after: Histograms): BatchTimes[] {
  return Object.keys(TIMED).map((layer) => ({
    layer,
    p99Ms: p99Between(before[layer] ?? [], after[layer] ?? []),
    sloMs: model.layers.find(({ id }) => id === layer)?.slo.p99Ms,
  }));
}

/** The most that each container was seen with. */
function largest(looks: readonly ContainerMemory[][]): ContainerMemory[] {
  const most = new Map<string, ContainerMemory>();
  for (const one of looks.flat()) {
    const key = `${one.node} ${one.name}`;
    if (one.mib > (most.get(key)?.mib ?? -1)) most.set(key, one);
  }
  return [...most.values()];
}
