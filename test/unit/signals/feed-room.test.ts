import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCsv } from "../../../images/l8-signals/src/intel/csv.ts";
import { Feeds } from "../../../images/l8-signals/src/intel/feeds.ts";
import { HeldObjects } from "../../../images/l8-signals/src/intel/held-objects.ts";
import type { FeedIndicator } from "../../../images/runtime/intel/indicator.ts";
import { hasTooManyValues } from "../../../images/runtime/intel/json-values.ts";
import { ROOM, roomBeside } from "../../../images/runtime/intel/load.ts";
import { parseStix } from "../../../images/runtime/intel/stix.ts";

const DEFAULTS = { feed: "cert", confidence: 50 };
const csv = (...lines: string[]): string => ["type,value,confidence,valid_until,source", ...lines].join("\n");
const one = (value: string, until?: number): FeedIndicator => ({
  ...{ feed: "cert", type: "domain", value, confidence: 50, labels: ["ab"] },
  ...(until !== undefined && { until }),
});

describe("room for indicators", () => {
  const lines = Array.from({ length: 11 }, (_, n) => `domain,n${n}.example,,,`);

  it("is what other feeds leave", () => {
    expect(roomBeside([{ indicators: 20_000, characters: 1 }])).toEqual({
      ...{ indicators: ROOM.indicators - 20_000, characters: ROOM.characters - 1 },
    });
    expect(roomBeside([ROOM, ROOM])).toEqual({ indicators: 0, characters: 0 });
  });

  it("bounds how many there are, and how long", () => {
    const room = { indicators: 10, characters: 10_000 };
    expect(parseCsv(csv(...lines.slice(1), ...lines.slice(1)), DEFAULTS, room).load.indicators).toBe(10);
    expect(() => parseCsv(csv(...lines), DEFAULTS, room)).toThrow("has more than 10 indicators");
    const short = { indicators: 100, characters: 40 };
    expect(() => parseCsv(csv(...lines), DEFAULTS, short)).toThrow("has more than 40 characters");
    const pattern = `[${lines.map((_, n) => `domain-name:value = 'n${n}.example'`).join(" OR ")}]`;
    const indicator = { type: "indicator", spec_version: "2.1", pattern_type: "stix", pattern };
    const bundle = JSON.stringify({ type: "bundle", objects: [{ ...indicator, valid_from: "2026-01-01T00:00:00Z" }] });
    expect(() => parseStix(bundle, DEFAULTS, room)).toThrow("has more than 10 indicators");
  });

  it("is asked for before a text of JSON becomes values", () => {
    expect(hasTooManyValues('{"a":[1,2,"[,[,:{\\",[["]}', 5)).toBe(false);
    expect(hasTooManyValues('{"a":[1,2,3]}', 4)).toBe(true);
    const bomb = `{"type":"bundle","objects":[${"{},".repeat(300_000)}{}]}`;
    expect(() => parseStix(bomb, DEFAULTS)).toThrow("has more than 600000 values");
  });

  it("is there for as many indicators as a file of 8 MiB can have", () => {
    const objects = Array.from({ length: 14_000 }, (_, n) => ({
      ...{ type: "indicator", spec_version: "2.1", id: `indicator--${String(n).padStart(36, "0")}`, name: "C2 server" },
      ...{ created: "2026-01-01T00:00:00.000Z", modified: "2026-01-01T00:00:00.000Z", confidence: 80, lang: "en" },
      ...{ created_by_ref: `identity--${"0".repeat(36)}`, labels: ["c2"], indicator_types: ["malicious-activity"] },
      ...{ pattern: `[domain-name:value = 'n${n}.example']`, pattern_type: "stix", pattern_version: "2.1" },
      ...{ valid_from: "2026-01-01T00:00:00Z", valid_until: "2027-01-01T00:00:00Z", description: "seen by a sensor" },
    }));
    const text = JSON.stringify({ type: "bundle", objects });
    expect(text.length).toBeGreaterThan(7_000_000);
    expect(parseStix(text, DEFAULTS).indicators).toHaveLength(14_000);
  });

  it("is not taken by millions of empty lines", () => {
    const text = `\ufeff${"\n".repeat(2_000_000)}${csv("domain,a.example,,,")}`;
    expect(parseCsv(text, DEFAULTS).indicators).toHaveLength(1);
  });

  it("comes back when an object goes, ends or is replaced", () => {
    const held = HeldObjects.none({ indicators: 2, characters: 100 });
    held.put("a", "1", [one("a1"), one("a2")], 0);
    expect(() => held.copy({ indicators: 2, characters: 100 }, 0).put("b", "1", [one("b1")], 0)).toThrow("more than 2");
    held.put("a", "2", [one("a1", 50)], 0);
    held.put("b", "1", [one("b1")], 0);
    expect(held.load).toEqual({ indicators: 2, characters: 10 });
    expect([...held.copy(ROOM, 50).indicators()].map(({ value }) => value)).toEqual(["b1"]);
    held.put("a", "3", [], 0);
    held.drop("b");
    expect(held.load).toEqual({ indicators: 0, characters: 0 });
  });
});

describe("polls", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "dsmil-feeds-"));
    mkdirSync(`${dir}/access`);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("begin some time after the start, one at a time", async () => {
    const taxii = { kind: "taxii", url: "https://localhost:9/c/", every_seconds: 60, token: "none", confidence: 50 };
    const feeds = new Feeds({
      ...{ dir, accessDir: `${dir}/access`, tenant: "ALPHA", everyMs: 50, firstPollMs: 30_000 },
      log: pino({ level: "silent" }),
    });
    const list = [
      { ...taxii, id: "one" },
      { ...taxii, id: "two" },
    ];
    writeFileSync(`${dir}/feeds.json`, JSON.stringify({ tenant: "ALPHA", feeds: list }));
    const { signal } = new AbortController();
    const polled = async (at: number): Promise<number> => {
      await feeds.look(signal, at);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return feeds.states.filter(({ problem }) => problem?.startsWith("its token")).length;
    };
    expect(await polled(1_000_000)).toBe(0);
    expect(await polled(1_029_999)).toBe(0);
    expect(await polled(1_030_000)).toBe(1);
    expect(await polled(1_030_001)).toBe(2);
  });
});
