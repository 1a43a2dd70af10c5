import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { dsmil, root, run } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

const LINES = 2700;
/** Lines a second: the load goes on for longer than the outage. */
const RATE = 30;
const OUTAGE_MS = 60_000;

const dataNode = (verb: string) => run("docker", [verb, "dsmil-node-c"]);

/** A metric of alpha's L3 router, asked for on its node. */
async function metric(name: string): Promise<number> {
  const get = ["busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/metrics"];
  const text = await onNodeOk("node-a", "docker", "exec", "dsmil-l3-router-alpha", ...get);
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
}

describe("the data node away for a minute under load", () => {
  afterAll(async () => {
    await dataNode("unpause");
    await untilHealthy();
  });

  it("lets node-a buffer what it acknowledges, and drain it when the data node is back", async () => {
    const name = `outage-${Date.now()}`;
    const lines = Array.from({ length: LINES }, (_, i) => `Nov 21 10:00:00 gw app[${i}]: line ${i} of ${name}`);
    const send = ["events", "send", "--tenant", "alpha", "--through-node", "--rate", String(RATE)];
    const sending = run(`${root}/bin/dsmil`, [...send, "--run", name, "--json", "-"], { stdin: lines.join("\n") });
    await sleep(5000);
    await dataNode("pause");
    await sleep(OUTAGE_MS);
    const waiting = await metric("dsmil_buffer_events");
    expect(waiting).toBeGreaterThan(RATE * 30);
    await dataNode("unpause");
    const back = Date.now();
    const sent = await sending;
    expect(sent.code, sent.stderr).toBe(0);
    expect(JSON.parse(sent.stdout)).toMatchObject({ sent: LINES });
    for (;;) {
      const counted = await dsmil("events", "count", "--tenant", "alpha", "--run", name, "--json");
      const { archived, distinct } = JSON.parse(counted.stdout || "{}") as { archived?: number; distinct?: number };
      if (archived === LINES) {
        expect(distinct).toBe(LINES);
        break;
      }
      if (Date.now() - back > 300_000) throw new Error(`${archived} of ${LINES} archived: ${counted.stderr}`);
      await sleep(1000);
    }
    process.stderr.write(
      `${waiting} events waited; all ${LINES} archived ${Math.round((Date.now() - back) / 1000)} s later\n`,
    );
    expect(await metric("dsmil_buffer_events")).toBe(0);
  }, 900_000);
});
