import { describe, expect, it } from "vitest";
import { parseLine } from "../../../images/runtime/ingest/parse-line.ts";
import {
  ENTITY_FEATURES,
  MEMORY_MS,
  putEntityFeatures,
  type Trace,
} from "../../../images/runtime/models/features/entity-features.ts";
import {
  LINE_FEATURES,
  LINE_SEVERITY_FEATURES,
  putLineFeatures,
} from "../../../images/runtime/models/features/line-features.ts";
import {
  DAY,
  PAST,
  putSeriesFeatures,
  SERIES_FEATURES,
} from "../../../images/runtime/models/features/series-features.ts";
import { Random } from "../../../models/data/random.ts";
import { samples } from "../../../models/data/samples.ts";
import { KNOWN, UNSEEN } from "../../../models/data/vocabulary.ts";

function line(text: string): Map<string, number> {
  const parsed = parseLine(text, { format: "auto", source: "t", receivedAt: "2026-01-02T00:00:00.000Z" });
  if (!parsed.ok) throw new Error(parsed.detail);
  const out = new Float32Array(LINE_SEVERITY_FEATURES.length);
  putLineFeatures(parsed.value, out, 0, parsed.value.severity);
  return new Map(LINE_SEVERITY_FEATURES.map((name, at) => [name, out[at] ?? Number.NaN]));
}
const http = (url: string): string =>
  JSON.stringify({ timestamp: "2026-01-01T00:00:00Z", event_type: "http", http: { url } });
const flow = (part: object): string =>
  JSON.stringify({ timestamp: "2026-01-01T00:00:00Z", event_type: "flow", ...part });

describe("features of a line", () => {
  it("have names that are there once", () => {
    for (const names of [LINE_SEVERITY_FEATURES, SERIES_FEATURES, ENTITY_FEATURES]) {
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("see through escapes, once and twice, and case", () => {
    for (const url of [
      "/?f=../../etc/passwd",
      "/?f=%2e%2e%2f%2E%2E%2fetc%2fPASSWD",
      "/?f=%252e%252e%252fetc%252fpasswd",
    ]) {
      expect(line(http(url)).get("url_traversal"), url).toBe(1);
    }
    expect(line(http("/?x=%24%7Bjndi%3Aldap%3A//e%7D")).get("url_jndi")).toBe(1);
    expect(line(http("/search?q=western+union+select+service")).get("url_sqli")).toBe(1);
    expect(line(http("/100%25-cotton%zz")).get("url_traversal")).toBe(0);
  });

  it("tell an address that is inside, outside, and not told", () => {
    const of = (part: object) => ["dest_public", "dest_inside"].map((name) => line(flow(part)).get(name));
    expect([of({ dest_ip: "198.51.100.1" }), of({ dest_ip: "10.0.0.1" }), of({})]).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  it("do not depend on ids, addresses and times in texts", () => {
    const one = line("Jan  2 00:00:01 h kernel[1]: dropped packet 17 from 203.0.113.1");
    const two = line("Jan  1 09:08:07 h kernel[9]: dropped packet 93 from 203.0.113.8");
    expect(two).toEqual(one);
  });

  it("are finite and from -1 to 1, whatever the line is", () => {
    const random = new Random(11);
    const width = LINE_SEVERITY_FEATURES.length;
    const out = new Float32Array(width);
    for (const words of [KNOWN, UNSEEN]) {
      for (const { parsed } of samples(2000, 12, words)) {
        const fields = { ...parsed.fields };
        // Values nobody sent so far.
        for (const key of Object.keys(fields)) {
          if (random.chance(0.2))
            fields[key] = random.pick([-1, 1e300, Number.POSITIVE_INFINITY, "", "\ud800", "%%%", "a.".repeat(256)]);
        }
        out.fill(0);
        putLineFeatures({ ...parsed, fields }, out, 0, parsed.severity);
        const wrong = LINE_SEVERITY_FEATURES.filter((_, at) => !(Math.abs(out[at] ?? Number.NaN) <= 1));
        expect(wrong, JSON.stringify(fields)).toEqual([]);
      }
    }
  });

  it("of Layer 4 are those of Layer 3 without what the line says of its severity", () => {
    expect(LINE_SEVERITY_FEATURES.slice(0, LINE_FEATURES.length)).toEqual(LINE_FEATURES);
  });
});

describe("features of a series", () => {
  const of = (counts: number[], last = 0) => {
    const out = new Float32Array(SERIES_FEATURES.length);
    putSeriesFeatures({ counts, last }, out, 0);
    return new Map(SERIES_FEATURES.map((name, at) => [name, out[at] ?? Number.NaN]));
  };

  it("know yesterday only where it was seen", () => {
    const short = of(Array(PAST).fill(5));
    expect([short.get("yesterday_known"), short.get("yesterday_1"), short.get("past_1")]).toEqual([
      0,
      0,
      expect.closeTo(0),
    ]);
    const counts = Array(DAY + PAST).fill(5);
    counts[PAST] = 50;
    const long = of(counts);
    expect(long.get("yesterday_known")).toBe(1);
    expect(long.get("yesterday_1")).toBeCloseTo(Math.log(51 / 6));
    expect(long.get("yesterday_2")).toBeCloseTo(0);
  });

  it("begin weeks on Monday: 5 January 1970 was one", () => {
    expect(of(Array(PAST).fill(1), 4 * DAY).get("week_sin")).toBeCloseTo(0);
    expect(of(Array(PAST).fill(1), 4 * DAY).get("week_cos")).toBeCloseTo(1);
  });
});

describe("features of an entity", () => {
  const trace = (at: number, name: string, more: Partial<Trace> = {}): Trace => {
    return { at, class: name, severity: "LOW", score: 0.2, target: "h", entered: false, ...more };
  };
  const of = (traces: Trace[], now = MEMORY_MS) => {
    const out = new Float32Array(ENTITY_FEATURES.length);
    putEntityFeatures({ traces, inside: false, unusual: 0 }, now, out, 0);
    return new Map(ENTITY_FEATURES.map((name, at) => [name, out[at] ?? Number.NaN]));
  };

  it("forget what is older than an hour, and do not know what is yet to come", () => {
    expect(of([trace(0, "EXPLOIT"), trace(2 * MEMORY_MS, "EXPLOIT")]).get("hour_exploit")).toBe(0);
  });

  it("count failures only before the login that succeeded", () => {
    const [fail, enter] = ["BRUTE_FORCE", "BENIGN"];
    const climbed = of([trace(1, fail), trace(2, fail), trace(3, enter, { entered: true })]);
    const harmless = of([trace(1, enter, { entered: true }), trace(2, fail), trace(3, fail)]);
    expect(climbed.get("entered_after_failures")).toBeGreaterThan(0);
    expect(harmless.get("entered_after_failures")).toBe(0);
  });

  it("see how far and how often somebody climbed", () => {
    const up = of(["RECON", "BRUTE_FORCE", "EXPLOIT"].map((name, at) => trace(at + 1, name)));
    const down = of(["EXPLOIT", "BRUTE_FORCE", "RECON"].map((name, at) => trace(at + 1, name)));
    expect([up.get("stages_climbed"), down.get("stages_climbed")]).toEqual([0.5, expect.closeTo(1 / 6)]);
    expect(up.get("stage_highest")).toBe(down.get("stage_highest"));
  });
});
