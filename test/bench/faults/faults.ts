import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../infra/cli/errors.ts";
import { newRunId } from "../../../infra/cli/events/event-id.ts";
import { projectLab } from "../../../infra/cli/model.ts";
import { type Fleet, findTenant, withFleet } from "../../../infra/cli/stores/fleet.ts";
import { type Faults, faults } from "../../../infra/lab/break.ts";
import { foreignMachine, inspectMachine } from "../../../infra/lab/inspect.ts";
import { accountFor, type RunAccount, removeRun } from "../load/account.ts";
import { openAdminStores } from "../load/admin.ts";
import { RunLoad } from "../load/run-load.ts";
import { settled } from "../load/settle.ts";
import { streamEnds, type TenantRun } from "../load/stream-account.ts";
import { bufferedEvents, untilDrained } from "./buffer.ts";
import { killContainer, killNode } from "./kill.ts";
import { type Recovery, told } from "./recovery.ts";
import { Signs } from "./signs.ts";
import { targets } from "./targets.ts";

export interface FaultsBench {
  /** Services to kill; default: one container of each, then nodes, then the data node for two minutes. */
  readonly only?: readonly string[];
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

/** What the data node's absence showed. */
export interface Outage {
  readonly seconds: number;
  /** Events in the first tenant's buffer on its node when the data node came back. */
  readonly buffered: number;
  /** Seconds until that buffer was empty again; undefined: not within the time. */
  readonly drained: number | undefined;
}

export interface FaultsResult {
  readonly recoveries: readonly (Recovery & { readonly load: number })[];
  readonly outage: Outage | undefined;
  readonly accounts: readonly Omit<RunAccount, "streams">[];
  readonly resent: number;
  readonly problems: readonly string[];
}

/** Lines a second of each tenant. */
const RATE = 40;
/** Lines at most: the load ends by itself. */
const MOST_LINES = 120_000;
const OUTAGE_MS = 120_000;
const NODE_DOWN_MS = 5000;
const PATIENCE_MS = 400_000;
const SETTLE_MS = 300_000;
/** Between two blows, so that the one is not taken for the other. */
const REST_MS = 1500;

/** Kills parts of the running lab under a steady load, times their return, and accounts for every event. */
export function benchFaults(bench: FaultsBench): Promise<FaultsResult> {
  return withFleet(async (fleet) => {
    const lab = faults(projectLab(fleet.model));
    if (bench.only === undefined) await refuseForeign(fleet);
    return underLoad(fleet, lab, bench);
  });
}

/** Only machines of this folder's lab are powered off: those of others are nobody's to kill. */
async function refuseForeign({ root, model }: Fleet): Promise<void> {
  const lab = projectLab(model);
  for (const machine of lab.machines) {
    const state = await inspectMachine(machine);
    const foreign = foreignMachine(machine.name, state, lab.network, root);
    const problem = foreign ?? (state.status === "running" ? undefined : `${machine.name} is ${state.status}`);
    if (problem !== undefined) throw new UserError(problem, "faults are for a running lab alone: bin/dsmil up");
  }
}

async function underLoad(fleet: Fleet, lab: Faults, bench: FaultsBench): Promise<FaultsResult> {
  const { signal, step } = bench;
  const before = await openAdminStores(fleet);
  const ends = await streamEnds(before.redis, fleet.model.tenants).finally(() => before.close());
  const loads = startLoads(fleet, `bench-faults-${newRunId()}`, signal);
  const [first] = loads;
  if (!first) throw new UserError("the manifest has no tenants", "nothing can be sent");
  const recoveries: FaultsResult["recoveries"][number][] = [];
  let outage: Outage | undefined;
  const note = (one: Recovery): void => {
    recoveries.push({ ...one, load: loadavg()[0] ?? 0 });
    step(`${one.what}: ${told(one.healthy)} until healthy, ${told(one.flowing)} until it flows`);
  };
  try {
    await sleep(REST_MS, undefined, { signal });
    const signs = new Signs(fleet, first);
    for (const target of targets(fleet.model, bench.only)) {
      note(await killContainer(fleet, signs, target, signal));
      await sleep(REST_MS, undefined, { signal });
    }
    if (bench.only === undefined) outage = await machines(fleet, lab, signs, bench, note);
  } finally {
    step("ending the load");
    await Promise.allSettled(loads.map((load) => load.stop()));
  }
  const resent = loads.reduce((sum, load) => sum + load.resent, 0);
  return { recoveries, outage, resent, ...(await settleAccount(fleet, loads, ends, bench)) };
}

/**
 * The first tenant is sent lines by its port on the node, which takes them whatever happens to the stores; the others by
 * the stream, as `events send` does.
 */
function startLoads(fleet: Fleet, run: string, signal: AbortSignal): RunLoad[] {
  return fleet.model.tenants.map(
    ({ id, ingestPort }, at) =>
      new RunLoad(fleet, {
        ...{ tenant: id, run, seed: 21 + at, count: MOST_LINES, rate: RATE, patienceMs: PATIENCE_MS, signal },
        route: at === 0 && ingestPort !== undefined ? "ingest" : "stream",
      }),
  );
}

/** Waits for the archive, counts, and takes out what was sent. */
async function settleAccount(
  fleet: Fleet,
  loads: readonly RunLoad[],
  ends: ReadonlyMap<string, string>,
  { signal, step }: FaultsBench,
): Promise<Pick<FaultsResult, "accounts" | "problems">> {
  const runs = loads.map(({ options, tally }): TenantRun => {
    return { tenant: findTenant(fleet.model, options.tenant), run: options.run, sent: tally.sent };
  });
  step("waiting for the archive");
  for (const one of runs) await settled(fleet, one, SETTLE_MS, signal);
  // SOC_EVENTS is written after the archive.
  await sleep(2000, undefined, { signal });
  const admin = await openAdminStores(fleet);
  try {
    const accounts = await accountFor(admin, runs, ends);
    for (const [at, one] of runs.entries()) if (accounts[at]) await removeRun(admin, one, accounts[at].streams);
    return {
      accounts: accounts.map(({ streams: _, ...rest }) => rest),
      problems: accounts.flatMap(({ problems }) => problems),
    };
  } finally {
    await admin.close();
  }
}

/** The machines: the SOC's killed and started, then the data node away for two minutes. */
async function machines(
  fleet: Fleet,
  lab: Faults,
  signs: Signs,
  { signal, step }: FaultsBench,
  note: (one: Recovery) => void,
): Promise<Outage | undefined> {
  const of = (role: string) => fleet.model.nodes.find((node) => node.role === role)?.id ?? "";
  const rest = () => sleep(NODE_DOWN_MS, undefined, { signal });
  for (const role of ["soc", "ai"]) {
    step(`${of(role)}: killed`);
    note(await killNode(fleet, signs, { node: of(role), lab, down: async () => void (await rest()) }, signal));
  }
  const [tenant] = fleet.model.tenants;
  if (tenant?.ingestPort === undefined) return undefined;
  step(`${of("data")}: killed, away for ${OUTAGE_MS / 1000} s`);
  let buffered = 0;
  const down = async (): Promise<void> => {
    await sleep(OUTAGE_MS, undefined, { signal });
    buffered = await bufferedEvents(fleet, tenant.id);
  };
  const recovered = await killNode(fleet, signs, { node: of("data"), lab, down }, signal);
  note(recovered);
  const drained = await untilDrained(fleet, tenant.id, SETTLE_MS, signal);
  return { seconds: OUTAGE_MS / 1000, buffered, drained };
}
