import pino from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createRedis } from "../../images/runtime/redis-client.ts";
import { StreamConsumer } from "../../images/runtime/stream-consumer.ts";
import type { StreamEntry } from "../../images/runtime/stream-entry.ts";
import { Fabric, until } from "./support/fabric.ts";

let fabric: Fabric;
let stop: AbortController;
const log = pino({ level: "silent" });
beforeAll(async () => {
  fabric = await Fabric.start();
}, 60_000);
afterEach(async () => {
  stop.abort();
  await fabric.reset();
});
afterAll(() => fabric.stopAll());

/** A consumer of ALPHA_L3_IN with a handler of the test's own; returns what it was handed. */
async function consume(
  handle: (entry: StreamEntry) => Error | "done" | "later",
  changes: Partial<ConstructorParameters<typeof StreamConsumer>[0]> = {},
) {
  stop = new AbortController();
  const connect = () => createRedis(fabric.redisConfig, { name: "test" }, log);
  const [reader, writer] = [connect(), connect()];
  const seen: StreamEntry[] = [];
  const poison: string[] = [];
  const consumer = new StreamConsumer({
    reader,
    writer,
    key: "ALPHA_L3_IN",
    group: "l3-router",
    consumer: "me",
    batchSize: 10,
    pollTimeoutMs: 50,
    staleMs: 100,
    handle: async (entries) => {
      seen.push(...entries);
      const results = entries.map((entry) => ({ entry, result: handle(entry) }));
      const failed = results.flatMap(({ entry, result }) =>
        result instanceof Error ? [{ entry, error: result }] : [],
      );
      return { done: results.filter(({ result }) => result === "done").map(({ entry }) => entry.id), failed };
    },
    onPoison: async (entry, error) => void poison.push(`${entry.event} ${error.message}`),
    log,
    ...changes,
  });
  await until(async () => writer.status === "ready");
  const running = consumer.run(stop.signal);
  stop.signal.addEventListener("abort", () => {
    reader.disconnect();
    void running.then(() => writer.disconnect());
  });
  return { consumer, seen, poison };
}
const add = (event: string) => fabric.admin.xadd("ALPHA_L3_IN", "*", "event", event);

describe("a stream consumer", () => {
  it("gives a failing entry five deliveries, then keeps it aside, and never stops for it", async () => {
    await add("bad");
    const { seen, poison } = await consume(({ event }) => (event === "bad" ? new Error("no") : "done"));
    await add("good");
    await until(async () => poison.length === 1);
    expect(poison).toEqual(["bad no"]);
    expect(seen.filter(({ event }) => event === "bad").map(({ deliveries }) => deliveries)).toEqual([1, 2, 3, 4, 5]);
    await until(async () => (await fabric.unfinished("L3_IN", "l3-router")) === 0);
  });

  it("takes over what another consumer left, and not what it holds itself", async () => {
    await add("left");
    await fabric.admin.xreadgroup("GROUP", "l3-router", "dead", "COUNT", 1, "STREAMS", "ALPHA_L3_IN", ">");
    const { consumer, seen } = await consume(() => "later");
    await until(async () => seen.length === 1);
    expect(seen[0]).toMatchObject({ event: "left", deliveries: 2 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(seen).toHaveLength(1);
    await consumer.ack([seen[0]?.id ?? ""]);
    expect(await fabric.unfinished("L3_IN", "l3-router")).toBe(0);
  });

  it("stops reading at its limit of unfinished entries, and goes on when there is room", async () => {
    for (let i = 0; i < 50; i++) await add(`e${i}`);
    const { consumer, seen } = await consume(() => "later", { maxInFlight: 20 });
    await until(async () => seen.length === 20);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([seen.length, consumer.pending]).toEqual([20, 20]);
    await consumer.ack(seen.map(({ id }) => id));
    await until(async () => seen.length === 40);
  });

  it("repeats a batch while the handler says `not now`, without counting deliveries", async () => {
    await add("x");
    let calls = 0;
    const handle = async (entries: readonly StreamEntry[]) => {
      calls += 1;
      if (calls < 4) throw new Error("store away");
      return { done: entries.map(({ id }) => id), failed: [] };
    };
    const { consumer } = await consume(() => "done", { handle });
    await until(async () => calls === 2);
    expect(consumer.trouble).toBe("store away");
    await until(async () => (await fabric.unfinished("L3_IN", "l3-router")) === 0);
    expect(consumer.trouble).toBeUndefined();
  });
});
