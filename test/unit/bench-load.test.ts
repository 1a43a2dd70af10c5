import { describe, expect, it } from "vitest";
import { parseLine } from "../../images/runtime/ingest/parse-line.ts";
import { loadModel } from "../../infra/model/load.ts";
import { recovery } from "../bench/faults/recovery.ts";
import { targets } from "../bench/faults/targets.ts";
import { problemsOf, type RunAccount } from "../bench/load/account.ts";
import { p99Between, readBuckets } from "../bench/load/batch-times.ts";
import { layerTimes } from "../bench/load/layer-times.ts";
import { readStats } from "../bench/load/memory.ts";
import { isMalformed, malformedAmong, mixedLines } from "../bench/load/mixed-lines.ts";
import { PASSED, type StreamAccount } from "../bench/load/stream-account.ts";

const about = { format: "auto", source: "bench", receivedAt: "2026-01-20T00:00:00.000Z" } as const;

describe("the load", () => {
  it("is EVE and syslog, and exactly the malformed lines are refused", () => {
    const lines = [...mixedLines(1000, 3)];
    const refused = lines.flatMap((line, at) => (parseLine(line, about).ok ? [] : [at + 1]));
    expect(refused).toEqual(lines.map((_, at) => at + 1).filter(isMalformed));
    expect(refused).toHaveLength(malformedAmong(1000));
    expect(lines.filter((line) => line.startsWith("{")).length).toBeGreaterThan(200);
    expect(lines.filter((line) => /^(<|[A-Z][a-z]{2} )/.test(line)).length).toBeGreaterThan(200);
  });
});

const stream = (times: readonly number[], foreign = 0): StreamAccount => ({
  ...{ entries: times.length, distinct: times.length, foreign, ids: [], at: Float64Array.from([0, ...times]) },
});
const account = (changes: Partial<RunAccount> = {}): Omit<RunAccount, "problems"> => ({
  ...{ tenant: "alpha", run: "r", sent: 100, archived: 98, distinct: 98, rejected: 2, foreignRows: 0 },
  streams: {
    ...Object.fromEntries(PASSED.map((name) => [name, stream(Array.from({ length: 98 }, () => 1))])),
    ...{ l3In: stream(Array.from({ length: 100 }, () => 1)), rejects: stream([1, 1]) },
  } as unknown as RunAccount["streams"],
  ...changes,
});

describe("the account", () => {
  it("adds up where every line is archived or rejected, once", () => {
    expect(problemsOf(account())).toEqual([]);
  });

  it("names what is lost, doubled, or among others", () => {
    expect(problemsOf(account({ archived: 97, distinct: 97 }))).toHaveLength(2);
    expect(problemsOf(account({ archived: 99 }))).toEqual(["alpha: 99 archived, 98 expected"]);
    expect(problemsOf(account({ foreignRows: 1 }))).toEqual(["alpha: 1 rows of others, 0 expected"]);
    const streams = { ...account().streams, l4Out: stream([1], 3) };
    expect(problemsOf(account({ streams }))).toEqual([
      "alpha: 1 different events in l4Out, 98 expected",
      "alpha: 3 entries of others in l4Out, 0 expected",
    ]);
  });
});

describe("the figures", () => {
  it("time a layer from the stream it reads to the one it writes, over the lines asked for", () => {
    const streams = { ...account().streams, l3In: stream([0.1, 1000, 2000]), l3Out: stream([9, 1010, 2030]) };
    const [l3] = layerTimes([{ streams }], [2, 3]);
    expect(l3).toMatchObject({ layer: "L3", events: 2, p50Ms: 30, p99Ms: 30 });
    expect(l3?.eventsPerSecond).toBeCloseTo(2 / 1.02);
  });

  it("read a histogram's growth and the engine's words for memory", () => {
    const line = (le: string, count: number): string =>
      `dsmil_request_latency_seconds_bucket{le="${le}",tenant_id="ALPHA",msg_type="X"} ${count}\n`;
    const before = readBuckets(line("0.1", 5) + line("+Inf", 5));
    const after = readBuckets(line("0.1", 5) + line("0.5", 105) + line("+Inf", 105));
    expect(p99Between([before], [after])).toBe(500);
    expect(p99Between([after], [after])).toBeUndefined();
    expect(readStats("a", "x 1.5GiB / 2GiB\nwarning\ny 512KiB / 1GiB\n")).toEqual([
      { node: "a", name: "x", mib: 1536 },
      { node: "a", name: "y", mib: 0.5 },
    ]);
  });
});

describe("the faults", () => {
  const model = loadModel("manifest.yaml");

  it("hit one container of every service, stores last", () => {
    const all = targets(model);
    expect(new Set(all.map(({ service }) => service))).toEqual(new Set(model.services.map(({ id }) => id)));
    expect(new Set(all.map(({ container }) => container.name)).size).toBe(all.length);
    expect(all.slice(-3).map(({ service }) => service)).toEqual(["redis", "postgres", "qdrant"]);
    expect(targets(model, ["redis"])).toMatchObject([{ sign: "event", container: { name: "dsmil-redis" } }]);
  });

  it("time what comes back, and give up on what does not", async () => {
    const { signal } = new AbortController();
    let looks = 0;
    const healthy = async (): Promise<boolean> => ++looks > 2;
    const flowing = async (): Promise<boolean> => {
      throw new Error("away");
    };
    const found = await recovery("it", { healthy, flowing, sparing: false }, 600, signal);
    expect(found.healthy).toBeGreaterThan(0.4);
    expect(found.flowing).toBeUndefined();
  });
});
