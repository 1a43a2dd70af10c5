import { setTimeout as sleep } from "node:timers/promises";
import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import type { Fleet } from "../../../infra/cli/stores/fleet.ts";

const ASK_MS = 15_000;

/** Events that wait in the buffer of a tenant's ingest, on its node's disk. */
export async function bufferedEvents({ root, model }: Fleet, tenant: string): Promise<number> {
  const router = model.containers.find((one) => one.service === "l3-router" && one.tenant === tenant);
  if (!router) throw new Error(`${tenant} has no L3 router`);
  const connection = await connect(readAccess(root, router.node));
  const get = ["busybox", "wget", "-q", "-O", "-", `http://127.0.0.1:${router.health.port}/metrics`];
  const { stdout } = await connection.exec(["docker", "exec", router.name, ...get], { timeoutMs: ASK_MS });
  return Number(/^dsmil_buffer_events (\S+)$/m.exec(stdout)?.[1]);
}

/** Seconds until no event has waited for longer than it takes to be sure of Redis; undefined: not within the time. */
export async function untilDrained(
  fleet: Fleet,
  tenant: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const begun = performance.now();
  // Under load some always wait: a line is kept for 5 s after Redis took it.
  const few = 1000;
  while (performance.now() - begun < limitMs) {
    const waiting = await bufferedEvents(fleet, tenant).catch(() => Number.POSITIVE_INFINITY);
    if (waiting < few) return (performance.now() - begun) / 1000;
    await sleep(1000, undefined, { signal });
  }
  return undefined;
}
