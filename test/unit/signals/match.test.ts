import { describe, expect, it } from "vitest";
import { IndicatorSet, MOST_HITS } from "../../../images/l8-signals/src/intel/indicator-set.ts";
import { intelSignals } from "../../../images/l8-signals/src/intel/intel.ts";
import { signalEvent, signalId } from "../../../images/l8-signals/src/signal.ts";
import { decodeEvent } from "../../../images/runtime/event-codec.ts";
import type { FeedIndicator } from "../../../images/runtime/intel/indicator.ts";
import { Random } from "../../../models/data/random.ts";

const NOW = Date.UTC(2026, 10, 30);
const one = (type: FeedIndicator["type"], value: string, rest: Partial<FeedIndicator> = {}): FeedIndicator => {
  return { feed: "cert", type, value, confidence: 50, labels: [], ...rest };
};
const event = (fields: Record<string, string | number>) => ({ id: "e", category: "NETWORK", at: NOW, fields });
const hits = (set: IndicatorSet, fields: Record<string, string | number>, now = NOW) =>
  set.match(fields, now).map(({ indicator, field }) => `${field} ${indicator.value}`);

describe("matching", () => {
  const set = new IndicatorSet([
    [
      one("ip", "203.0.113.9"),
      one("ip", "203.0.113.0/24", { confidence: 40 }),
      one("ip", "2001:db8:bad::/48"),
      one("domain", "c2.example"),
      one("domain", "*.evil.example"),
      one("user", "eve"),
      one("hash", "a".repeat(32)),
    ],
    [one("ip", "203.0.113.9", { feed: "other", confidence: 90 })],
  ]);

  it.each([
    [
      { src_ip: "10.0.0.1", dest_ip: "203.0.113.9" },
      ["dest_ip 203.0.113.9", "dest_ip 203.0.113.9", "dest_ip 203.0.113.0/24"],
    ],
    [{ src_ip: "::ffff:203.0.113.77" }, ["src_ip 203.0.113.0/24"]],
    [{ dest_ip: "2001:DB8:BAD:0:1::5" }, ["dest_ip 2001:db8:bad::/48"]],
    [{ domain: "C2.Example." }, ["domain c2.example"]],
    [{ domain: "sub.c2.example" }, []],
    [{ domain: "a.b.evil.example" }, ["domain *.evil.example"]],
    [{ domain: "evil.example" }, []],
    [{ domain: "notevil.example" }, []],
    [{ user: "EVE" }, ["user eve"]],
    [{ ja3: "A".repeat(32) }, [`ja3 ${"a".repeat(32)}`]],
    [{ src_ip: "nonsense", domain: "", user: 7 }, []],
    [{}, []],
  ])("%j", (fields, found) => expect(hits(set, fields)).toEqual(found));

  it("counts only within an indicator's period", () => {
    const short = new IndicatorSet([[one("user", "eve", { from: NOW, until: NOW + 1000 })]]);
    expect(hits(short, { user: "eve" }, NOW - 1)).toEqual([]);
    expect(hits(short, { user: "eve" }, NOW)).toEqual(["user eve"]);
    expect(hits(short, { user: "eve" }, NOW + 1000)).toEqual([]);
  });

  it("tells the surest of very many", () => {
    const many = Array.from({ length: 50 }, (_, n) => one("user", "eve", { feed: `f${n}`, confidence: n }));
    const found = new IndicatorSet([many]).match({ user: "eve" }, NOW);
    expect(found).toHaveLength(MOST_HITS);
    expect(found[0]?.indicator.confidence).toBe(49);
  });
});

describe("what is told", () => {
  it("is one event for each indicator of each feed, the same whenever it is found, and of the right form", () => {
    const set = new IndicatorSet([
      [one("ip", "203.0.113.9", { confidence: 90 })],
      [one("ip", "203.0.113.9", { feed: "b" })],
    ]);
    const about = event({ src_ip: "10.0.0.1", dest_ip: "203.0.113.9", message: "kept out" });
    const [first, second] = [intelSignals(about, set, NOW), intelSignals(about, set, NOW + 5)];
    expect(first.map((s) => signalId("ALPHA", s))).toEqual(second.map((s) => signalId("ALPHA", s)));
    expect(new Set(first.flatMap((s) => [signalId("ALPHA", s), signalId("BRAVO", s)])).size).toBe(4);
    const made = first.map((s) => signalEvent(s, "ALPHA", new Date(NOW)));
    expect(made.map(({ severity }) => severity)).toEqual(["CRITICAL", "MEDIUM"]);
    expect(decodeEvent(JSON.stringify(made[0]), "ALPHA").ok).toBe(true);
    expect(made[0]).toMatchObject({
      ...{ source_device: 54, source_layer: 8, category: "INTEL" },
      payload: { source: "l8-signals", fields: { src_ip: "10.0.0.1", dest_ip: "203.0.113.9" } },
      l8_enrichment: {
        signal_flags: ["INTEL_MATCH"],
        about: "e",
        facts: { feed: "cert", confidence: 90, value: "203.0.113.9" },
      },
    });
    expect(JSON.stringify(made)).not.toContain("kept out");
  });
});

describe("100,000 indicators", () => {
  it("are matched by looking up, not by searching; the figures are printed", () => {
    const random = new Random(54);
    const address = () => [0, 0, 0, 0].map(() => random.whole(1, 254)).join(".");
    const feed = Array.from({ length: 100_000 }, (_, n): FeedIndicator => {
      if (n % 4 === 0) return one("ip", address());
      if (n % 4 === 1) return one("ip", `${address()}/${random.pick([12, 16, 20, 22, 24, 26, 28])}`);
      if (n % 4 === 2) return one("domain", `${random.text(12, "abcdefghij")}.example`);
      return one("hash", random.text(64, "0123456789abcdef"));
    });
    const before = process.memoryUsage().heapUsed;
    const set = new IndicatorSet([feed]);
    const mib = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
    const events = Array.from({ length: 20_000 }, () =>
      event({
        src_ip: address(),
        dest_ip: address(),
        domain: "a.b.c.example.org",
        user: "alice",
        ja3: random.text(32, "0123456789abcdef"),
      }),
    );
    const begun = performance.now();
    let found = 0;
    for (const one of events) found += intelSignals(one, set, NOW).length;
    const perSecond = Math.round(events.length / ((performance.now() - begun) / 1000));
    console.info(`${set.size} indicators in ${mib.toFixed(0)} MiB, ${perSecond} events/s, ${found} matches`);
    expect(set.size).toBe(100_000);
    expect(found).toBeGreaterThan(0);
  });
});
