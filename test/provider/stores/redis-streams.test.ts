import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../infra/provider/handler.ts";
import type { RedisStreamsState } from "../../../infra/provider/resources/redis-streams/args.ts";
import { redisStreamsOn } from "../../../infra/provider/resources/redis-streams/handler.ts";
import { redisStore } from "../../../infra/provider/stores/redis.ts";
import { recordedContext } from "../context.ts";
import { contractSuite } from "../contract.ts";
import { type LocalServer, startRedis } from "./servers.ts";

let server: LocalServer;
const store = redisStore();
const handler = redisStreamsOn(store);
const context = () => recordedContext((node) => server.connect(node));
const admin = <T>(work: (client: Redis) => Promise<T>): Promise<T> => store.use(context(), "node-c", work);
const start = async (): Promise<void> => {
  server = await startRedis();
};
const stop = async (): Promise<void> => {
  await store.close();
  await server.stop();
};

const inputs = (): RedisStreamsState => ({
  node: "node-c",
  tenant: "alpha",
  streams: [
    { key: "ALPHA_L3_IN", groups: ["l3-router"], retentionSeconds: 86_400 },
    { key: "ALPHA_REJECTS", groups: [], retentionSeconds: 86_400 },
    { key: "ALPHA_SOC_EVENTS", groups: ["dsmil", "portal"], retentionSeconds: 604_800 },
  ],
});
const changed = (): RedisStreamsState => ({
  ...inputs(),
  streams: [
    { key: "ALPHA_L3_IN", groups: ["l3-router", "probe"], retentionSeconds: 3600 },
    { key: "ALPHA_L4_IN", groups: ["l4-classifier"], retentionSeconds: 86_400 },
    { key: "ALPHA_SOC_EVENTS", groups: ["dsmil"], retentionSeconds: 604_800 },
  ],
});
const keys = (): Promise<string[]> => admin(async (client) => (await client.keys("*")).toSorted());

contractSuite<RedisStreamsState, RedisStreamsState>({
  name: "RedisStreams",
  handler,
  connect: (node) => server.connect(node),
  setup: start,
  teardown: stop,
  inputs,
  changed,
  changedPaths: [
    'streams["ALPHA_L3_IN"].groups',
    'streams["ALPHA_L3_IN"].retentionSeconds',
    'streams["ALPHA_L4_IN"]',
    'streams["ALPHA_REJECTS"]',
    'streams["ALPHA_SOC_EVENTS"].groups',
  ],
  drifts: [
    {
      name: "a destroyed group",
      break: async () => void (await admin((c) => c.xgroup("DESTROY", "ALPHA_L3_IN", "l3-router"))),
      paths: ['streams["ALPHA_L3_IN"].groups'],
    },
    {
      name: "a deleted stream",
      break: async () => void (await admin((c) => c.del("ALPHA_SOC_EVENTS"))),
      paths: ['streams["ALPHA_SOC_EVENTS"]'],
    },
    {
      name: "a flushed server",
      break: async () => void (await admin((c) => c.flushall())),
    },
  ],
  fingerprint: () =>
    admin(async (client) => {
      const info = await client.info("persistence");
      return { dirty: /rdb_changes_since_last_save:\d+/.exec(info)?.[0], keys: await client.keys("*") };
    }),
  gone: async () => (await keys()).length === 0,
  works: async ({ streams }) => {
    for (const { key, groups } of streams) {
      for (const group of groups) {
        await admin((c) => c.xreadgroup("GROUP", group, "test", "COUNT", 1, "STREAMS", key, ">"));
        await admin((c) => c.xgroup("DELCONSUMER", key, group, "test"));
      }
    }
  },
  importWithout: ["streams"],
});

describe("RedisStreams on a server", () => {
  beforeAll(start, 60_000);
  afterAll(stop);

  it("lets a group see what was there before it", async () => {
    await admin((c) => c.xadd("ALPHA_L3_IN", "*", "event", "early"));
    await handler.reconcile(inputs(), undefined, context());
    const found = await admin((c) => c.xreadgroup("GROUP", "l3-router", "a", "STREAMS", "ALPHA_L3_IN", ">"));
    expect(JSON.stringify(found)).toContain("early");
  });

  it("refuses to drop entries, all or nothing, naming them", async () => {
    await expect(handler.remove("", inputs(), context())).rejects.toThrow(
      /Redis on node-c: refused.*stream ALPHA_L3_IN \(1 entries\).*allowDataLoss.*retain/,
    );
    expect(await keys()).toEqual(["ALPHA_L3_IN", "ALPHA_REJECTS", "ALPHA_SOC_EVENTS"]);
    const without = { ...inputs(), streams: inputs().streams.slice(1) };
    await expect(handler.reconcile(without, inputs(), context())).rejects.toThrow(/ALPHA_L3_IN/);
  });

  it("keeps what it is told to retain, and drops all of the tenant's keys when data may go", async () => {
    await handler.remove("", { ...inputs(), retain: true }, context());
    expect(await keys()).toHaveLength(3);
    await admin((c) => c.mset("ALPHA_STRAY", "x", "ALPHABET_L3_IN", "x", "BRAVO_L3_IN", "x"));
    await expect(handler.remove("", inputs(), context())).rejects.toThrow(/key ALPHA_STRAY/);
    await handler.remove("", { ...inputs(), allowDataLoss: true }, context());
    expect(await keys()).toEqual(["ALPHABET_L3_IN", "BRAVO_L3_IN"]);
    await admin((c) => c.flushall());
  });

  it("trims what a shortened retention no longer covers, by the server's clock", async () => {
    await handler.reconcile(inputs(), undefined, context());
    await admin(async (c) => {
      const pipeline = c.pipeline();
      for (let i = 0; i < 300; i++) pipeline.xadd("ALPHA_L3_IN", `${Date.now() - 7_200_000}-${i + 1}`, "event", "old");
      for (let i = 0; i < 10; i++) pipeline.xadd("ALPHA_L3_IN", "*", "event", "new");
      await pipeline.exec();
    });
    await handler.reconcile(changed(), { ...inputs(), allowDataLoss: true }, context());
    const left = await admin((c) => c.xlen("ALPHA_L3_IN"));
    expect(left).toBeLessThan(210);
    expect(left).toBeGreaterThanOrEqual(10);
    await handler.remove("", { ...changed(), allowDataLoss: true }, context());
  });

  it("reports groups that nobody declared and leaves them", async () => {
    await handler.reconcile(inputs(), undefined, context());
    await admin((c) => c.xgroup("CREATE", "ALPHA_L3_IN", "stranger", "0"));
    const ctx = context();
    expect(await handler.read("", inputs(), ctx)).toEqual(inputs());
    expect(ctx.warnings).toEqual([expect.stringMatching(/ALPHA_L3_IN.*stranger/)]);
    const found = await handler.read("node-c/streams/alpha", undefined, context());
    expect(found?.streams.find(({ key }) => key === "ALPHA_L3_IN")?.groups).toEqual(["l3-router", "stranger"]);
    await handler.remove("", inputs(), context());
  });

  it("names a key of another kind", async () => {
    await admin((c) => c.set("ALPHA_L3_IN", "text"));
    await expect(handler.reconcile(inputs(), undefined, context())).rejects.toThrow(/ALPHA_L3_IN holds no stream/);
    await admin((c) => c.flushall());
  });

  it("connects again after the server restarted in between", async () => {
    await handler.reconcile(inputs(), undefined, context());
    await server.restart();
    expect(await handler.read("", inputs(), context())).toEqual(inputs());
    await handler.remove("", inputs(), context());
  });
});

describe("RedisStreams: check", () => {
  const reasons = (stream: object, tenant: unknown = "alpha"): string =>
    handler
      .check({ node: "node-c", tenant, streams: [stream] })
      .map(({ property, reason }) => `${property}: ${reason}`)
      .join("\n");
  const good = { key: "ALPHA_X", groups: [], retentionSeconds: 1 };

  it("names the property", () => {
    expect(reasons({ ...good, key: "BRAVO_X" })).toMatch(/streams\[0\]\.key: "BRAVO_X" must begin/);
    expect(reasons({ ...good, key: "alpha" })).toMatch(/streams\[0\]\.key: expected/);
    expect(reasons({ ...good, groups: ["a", "a"] })).toMatch(/streams\[0\]\.groups/);
    expect(reasons({ ...good, retentionSeconds: 1.5 })).toMatch(/streams\[0\]\.retentionSeconds/);
    expect(reasons(good)).toBe("");
    const shared = [{ key: "HEALTH_EVENTS", groups: [], retentionSeconds: 60 }];
    expect(handler.check({ node: "node-c", streams: shared })).toEqual([]);
    expect(handler.check({ node: UNKNOWN, streams: UNKNOWN })).toEqual([]);
  });
});
