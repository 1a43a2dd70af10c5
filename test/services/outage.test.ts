import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Fabric, until } from "./support/fabric.ts";
import { mixedLines } from "./support/lines.ts";

let fabric: Fabric;
beforeAll(async () => {
  fabric = await Fabric.start();
}, 60_000);
afterEach(() => fabric.reset());
afterAll(() => fabric.stopAll());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends 2,000 lines in parts, each repeated until Redis has taken it, as the ingest does. */
async function sendInParts(): Promise<void> {
  const lines = mixedLines(2000);
  for (let from = 0; from < lines.length; from += 100) {
    const part = lines.slice(from, from + 100);
    const ids = part.map(() => crypto.randomUUID());
    await until(() => fabric.send(part, ids).then(() => true));
    await pause(25);
  }
}

describe("outages in the middle of 2,000 lines", () => {
  it("loses nothing and doubles nothing in the archive when Redis is killed and comes back", async () => {
    for (const name of ["l3", "l4", "l8"] as const) await fabric.run(name);
    const sending = sendInParts();
    await pause(150);
    await fabric.redis.down("SIGKILL");
    await pause(700);
    await fabric.redis.up();
    await sending;
    await until(async () => (await fabric.count("events")) === 2000, 60_000);
    await fabric.settled([], 60_000);
    expect(await fabric.count("events", "l3 is not null and l4 is not null")).toBe(2000);
    expect(await fabric.count("rejects")).toBe(0);
    expect(await fabric.admin.xlen("ALPHA_SOC_EVENTS")).toBeGreaterThanOrEqual(2000);
  }, 120_000);

  it("acknowledges nothing while Postgres is away, reports degraded, and catches up", async () => {
    await fabric.run("l3");
    await fabric.run("l4");
    const l8 = await fabric.run("l8");
    await until(async () => l8.service.health.report().status === "healthy");
    const sending = sendInParts();
    await pause(150);
    await fabric.postgres.down("SIGQUIT");
    await pause(3000);
    await sending;
    expect(await fabric.unfinished("L4_OUT", "l8-analytics")).toBeGreaterThan(0);
    expect(l8.service.health.report().status).toBe("degraded");
    await fabric.postgres.up();
    await until(async () => (await fabric.count("events")) === 2000, 60_000);
    await fabric.settled([], 60_000);
    expect(await fabric.admin.xlen("ALPHA_SOC_EVENTS")).toBeGreaterThanOrEqual(2000);
  }, 120_000);

  it("takes up what a stopped service had read and not finished", async () => {
    await fabric.run("l3");
    await fabric.run("l4");
    await fabric.postgres.down("SIGQUIT");
    const before = await fabric.run("l8");
    await fabric.send(mixedLines(300));
    await until(async () => before.service.health.report().checks.join_waiting === 0);
    await until(async () => {
      const summary = (await fabric.admin.xpending("ALPHA_L4_OUT", "l8-analytics")) as [number];
      return summary[0] === 300;
    });
    await before.stop();
    await fabric.postgres.up();
    await fabric.run("l8");
    await until(async () => (await fabric.count("events")) === 300);
    await fabric.settled();
  }, 60_000);

  it("waits for a stream that is not there yet, and for a password that changes", async () => {
    const l3 = await fabric.run("l3");
    await until(async () => l3.service.health.report().status === "healthy");
    await fabric.admin.del("ALPHA_L3_IN");
    await until(async () => String(l3.service.health.report().checks.input_l3_in).startsWith("NOGROUP"));
    expect(l3.service.health.report().status).toBe("unhealthy");
    await fabric.admin.xgroup("CREATE", "ALPHA_L3_IN", "l3-router", "0", "MKSTREAM");
    await until(async () => l3.service.health.report().status === "healthy");
    await fabric.changeRedisPassword("another-password");
    await fabric.send(mixedLines(10));
    await until(async () => (await fabric.admin.xlen("ALPHA_L3_OUT")) === 10);
  }, 60_000);
});
