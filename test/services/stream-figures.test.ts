import pino from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRedis } from "../../images/runtime/redis-client.ts";
import { StreamFigures } from "../../images/runtime/stream-figures.ts";
import { Fabric, until } from "./support/fabric.ts";

const KEY = "ALPHA_L3_IN";
const GROUP = "l3-router";
let fabric: Fabric;
beforeAll(async () => {
  fabric = await Fabric.start();
}, 60_000);
afterAll(() => fabric.stopAll());

const add = (id: string) => fabric.admin.xadd(KEY, id, "event", "x");
const read = (count: number) =>
  fabric.admin.xreadgroup("GROUP", GROUP, "me", "COUNT", count, "STREAMS", KEY, ">") as Promise<
    [string, [string, string[]][]][]
  >;

it("says by how much a reader is behind and what it holds, by the tenant's own user, and nothing while Redis is away", async () => {
  const redis = createRedis(fabric.redisConfig, { name: "test" }, pino({ level: "silent" }));
  await until(async () => redis.status === "ready");
  const registry = new Registry();
  const figures = new StreamFigures({ registry, redis, tenant: "ALPHA", device: 18 });
  figures.follow({ name: "l3_in", key: KEY, group: GROUP });
  figures.follow({ name: "none", key: "ALPHA_NO_SUCH", group: GROUP });
  const shown = async (): Promise<string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const of = (what: string, value: number): string =>
    `dsmil_stream_${what}{tenant_id="ALPHA",device_id="18",stream="l3_in"} ${value}`;
  try {
    expect(await shown()).toEqual([of("behind_seconds", 0), of("pending", 0)]);
    const base = Date.now() + 1000;
    for (const ms of [0, 30_000, 90_500]) await add(`${base + ms}-0`);
    expect(await shown()).toEqual([of("behind_seconds", 90.5), of("pending", 0)]);
    const [[, [[first] = []] = []] = []] = await read(1);
    expect(await shown()).toEqual([of("behind_seconds", 90.5), of("pending", 1)]);
    await read(2);
    expect(await shown()).toEqual([of("behind_seconds", 0), of("pending", 3)]);
    await fabric.admin.xack(KEY, GROUP, String(first));
    expect(await shown()).toEqual([of("behind_seconds", 0), of("pending", 2)]);
    redis.disconnect();
    expect(await shown()).toEqual([]);
  } finally {
    redis.disconnect();
  }
});

it("lets no scrape wait for a Redis that does not answer", async () => {
  const registry = new Registry();
  const redis = { status: "ready" as const, call: () => new Promise(() => undefined) };
  new StreamFigures({ registry, redis, tenant: "ALPHA", device: 18 }).follow({ name: "l3_in", key: KEY, group: GROUP });
  const text = await Promise.race([registry.metrics(), new Promise((done) => setTimeout(done, 5000, "late"))]);
  expect(text).toContain("# TYPE dsmil_stream_pending gauge");
});
