import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import { UserError } from "../../../infra/cli/errors.ts";
import { gateOf } from "../../../infra/cli/logs/from-loki.ts";
import { type Fleet, withFleet } from "../../../infra/cli/stores/fleet.ts";
import type { Container } from "../../../infra/model/types.ts";
import { countMarked, type Marked } from "./count-marked.ts";
import { MarkedLines } from "./marked-lines.ts";

export interface LogOutageBench {
  /** Seconds that Loki is stopped for. */
  readonly seconds: number;
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface LogOutageResult {
  readonly seconds: number;
  /** Lines that services wrote, one for each request that they refused, before, during and after. */
  readonly written: number;
  readonly duringOutage: number;
  /** Distinct lines in Loki in the end. */
  readonly arrived: number;
  /** Lines that Loki has twice or more. */
  readonly twice: number;
  /** From Loki's start until it had them all. */
  readonly completeAfter: number | undefined;
  readonly problems: readonly string[];
}

/** Requests a second at each tenant's ingest. */
const RATE = 20;
const AROUND_S = 10;
const PATIENCE_MS = 300_000;
const LOOK_MS = 5000;
const STOP_MS = 60_000;

/** Stops the fleet's Loki while services write lines, starts it again, and counts that each line is there once. */
export function benchLogOutage(bench: LogOutageBench): Promise<LogOutageResult> {
  return withFleet((fleet) => outage(fleet, bench));
}

async function outage(fleet: Fleet, { seconds, step, signal }: LogOutageBench): Promise<LogOutageResult> {
  const loki = fleet.model.containers.find(({ service }) => service === "loki");
  if (loki === undefined) throw new UserError("the manifest has no Loki", "run `bin/dsmil up --logs`");
  const since = new Date(Date.now() - 60_000);
  const nonce = randomBytes(6).toString("hex");
  const load = await MarkedLines.start(fleet, nonce, RATE);
  let during = 0;
  let started = 0;
  try {
    step(`${AROUND_S} s of load with Loki at work`);
    await sleep(AROUND_S * 1000, undefined, { signal });
    step(`Loki stopped for ${seconds} s under load`);
    await docker(fleet, loki, "stop");
    const before = load.written;
    try {
      await sleep(seconds * 1000, undefined, { signal });
    } finally {
      during = load.written - before;
      await docker(fleet, loki, "start");
      started = performance.now();
    }
    step("Loki started");
    await sleep(AROUND_S * 1000, undefined, { signal });
  } finally {
    await load.stop();
  }
  const found = await untilAll(fleet, { nonce, since, written: load.written }, step, signal);
  const completeAfter = found.distinct >= load.written ? (performance.now() - started) / 1000 : undefined;
  const problems = [
    ...load.problems,
    ...(found.distinct < load.written
      ? [`${load.written - found.distinct} of ${load.written} lines did not arrive`]
      : []),
    ...(found.twice > 0 ? [`${found.twice} lines are there more than once`] : []),
    ...(load.written === 0 ? ["no line was written: nothing is proven"] : []),
  ];
  const { distinct: arrived, twice } = found;
  return { seconds, written: load.written, duringOutage: during, arrived, twice, completeAfter, problems };
}

async function untilAll(
  fleet: Fleet,
  what: { readonly nonce: string; readonly since: Date; readonly written: number },
  step: (text: string) => void,
  signal: AbortSignal,
): Promise<Marked> {
  const ask = await gateOf(fleet);
  const deadline = Date.now() + PATIENCE_MS;
  let found: Marked = { distinct: 0, twice: 0 };
  for (;;) {
    try {
      found = await countMarked(ask, what, signal);
      step(`${found.distinct} of ${what.written} lines are there`);
    } catch (error) {
      step(`Loki does not answer yet: ${(error as Error).message}`);
    }
    if (found.distinct >= what.written || Date.now() > deadline) return found;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

async function docker({ root }: Fleet, { node, name }: Container, verb: "stop" | "start"): Promise<void> {
  const connection = await connect(readAccess(root, node));
  const { code, stderr } = await connection.exec(["docker", verb, name], { timeoutMs: STOP_MS });
  if (code !== 0) throw new Error(`${node}: docker ${verb} ${name}: ${stderr.trim()}`);
}
