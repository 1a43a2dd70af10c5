import { describe, expect, it } from "vitest";
import { NetworkWatch } from "../../../images/l8-signals/src/network/network.ts";
import { entropyOf, splitName } from "../../../images/l8-signals/src/network/tunnels.ts";
import type { Signal } from "../../../images/l8-signals/src/signal.ts";
import { Random } from "../../../models/data/random.ts";
import { beacon, everydayTraffic, scan, type TrafficEvent, tunnel, upload } from "../../../models/data/traffic.ts";

const START = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
const MIB = 1024 * 1024;

function watch(events: readonly TrafficEvent[], network = new NetworkWatch()): Signal[] {
  return [...events].sort((a, b) => a.at - b.at).flatMap((one, n) => network.look({ id: `e${n}`, ...one }));
}
const flags = (found: readonly Signal[]): string[] => found.map(({ flag }) => flag);
const random = () => new Random(57);

describe("beacons", () => {
  it.each([0, 0.1, 0.2, 0.3])("with jitter %d are told once a day, with the figures", (jitter) => {
    const found = watch(beacon(random(), "10.0.0.5", START, 60, jitter, 200));
    expect(flags(found)).toEqual(["BEACON"]);
    expect(found[0]).toMatchObject({
      severity: jitter < 0.1 ? "HIGH" : "MEDIUM",
      mark: `10.0.0.5>203.0.113.66:443/${START / 86_400_000}`,
      fields: { src_ip: "10.0.0.5", dest_ip: "203.0.113.66", dest_port: 443 },
    });
    expect(Number(found[0]?.facts.interval_seconds)).toBeCloseTo(60, -1);
    expect(Number(found[0]?.facts.variation)).toBeLessThanOrEqual(0.2);
  });

  it("are told again on the next day", () => {
    expect(flags(watch(beacon(random(), "10.0.0.5", START, 1800, 0.1, 96)))).toEqual(["BEACON", "BEACON"]);
  });

  it("are nothing that is irregular, too fast, inside, or by the clock", () => {
    expect(watch(beacon(random(), "10.0.0.5", START, 60, 0.9, 200))).toEqual([]);
    expect(watch(beacon(random(), "10.0.0.5", START, 2, 0, 200))).toEqual([]);
    const calls = beacon(random(), "10.0.0.5", START, 60, 0, 200);
    const inside = calls.map((one) => ({ ...one, fields: { ...one.fields, dest_ip: "10.0.0.9" } }));
    const ntp = calls.map((one) => ({ ...one, fields: { ...one.fields, dest_port: 123 } }));
    expect(watch([...inside, ...ntp])).toEqual([]);
  });

  it("are counted once for lines that tell of one connection", () => {
    const calls = beacon(random(), "10.0.0.5", START, 60, 0, 20);
    const tls = calls.map(({ at, ...one }) => ({
      ...one,
      at: at - 5000,
      fields: { ...one.fields, event_type: "tls" },
    }));
    expect(watch([...calls, ...tls])).toMatchObject([{ facts: { interval_seconds: 60, variation: 0 } }]);
  });
});

describe("scans", () => {
  it.each([
    ["ports", "PORT_SCAN", { src_ip: "10.0.0.5", dest_ip: "10.2.0.9" }],
    ["hosts", "HOST_SCAN", { src_ip: "10.0.0.5", dest_port: 445 }],
  ] as const)("of %s are told once in their window", (kind, flag, fields) => {
    const found = watch(scan(random(), "10.0.0.5", START, kind, 1000, 120));
    expect(found).toMatchObject([{ flag, severity: "MEDIUM", fields, facts: { targets: 25 } }]);
  });

  it("are nothing that is slow, small or answered", () => {
    expect(watch(scan(random(), "10.0.0.5", START, "ports", 100, 400))).toEqual([]);
    expect(watch(scan(random(), "10.0.0.5", START, "ports", 24, 30))).toEqual([]);
    const answered = scan(random(), "10.0.0.5", START, "hosts", 200, 60).map((one) => ({
      ...one,
      fields: { ...one.fields, bytes_in: 5000 },
    }));
    expect(watch(answered)).toEqual([]);
  });
});

describe("names that carry data", () => {
  it("are told once in their window, with the domain that a response can be applied to", () => {
    const found = watch(tunnel(random(), "10.0.0.5", START, 300, 40, 300));
    expect(found).toMatchObject([
      {
        flag: "DNS_TUNNEL",
        severity: "HIGH",
        fields: { src_ip: "10.0.0.5", domain: "badexample.invalid" },
        facts: { names: 40 },
      },
    ]);
  });

  it("are nothing that is short, rare or spread over time", () => {
    expect(watch(tunnel(random(), "10.0.0.5", START, 300, 8, 300))).toEqual([]);
    expect(watch(tunnel(random(), "10.0.0.5", START, 39, 40, 300))).toEqual([]);
    expect(watch(tunnel(random(), "10.0.0.5", START, 300, 40, 36_000))).toEqual([]);
  });

  it.each([
    ["a.b.example.com", "a.b", "example.com"],
    ["a.example.co.uk", "a", "example.co.uk"],
    ["example.com", undefined, undefined],
    ["9.113.0.203.in-addr.arpa", undefined, undefined],
    ["", undefined, undefined],
  ])("%s", (name, left, parent) => expect(splitName(name)).toEqual(left === undefined ? undefined : { left, parent }));

  it("have an entropy", () => {
    expect(entropyOf("aaaa")).toBe(0);
    expect(entropyOf("abcd")).toBe(2);
  });
});

describe("uploads", () => {
  const usual = (hours: number): TrafficEvent[] =>
    Array.from({ length: hours }, (_, n) => upload(random(), "10.0.0.5", START + n * HOUR, 5 * MIB, 5)).flat();

  it("far beyond what the machine usually sends are told once an hour, and do not become usual by one time", () => {
    const network = new NetworkWatch();
    expect(watch(usual(24), network)).toEqual([]);
    const first = watch(upload(random(), "10.0.0.5", START + 24 * HOUR, 400 * MIB, 20), network);
    expect(first).toMatchObject([
      { flag: "UPLOAD", severity: "MEDIUM", fields: { src_ip: "10.0.0.5", dest_ip: "203.0.113.80" } },
    ]);
    expect(Number(first[0]?.facts.usual_bytes) / MIB).toBeCloseTo(5, 0);
    expect(flags(watch(upload(random(), "10.0.0.5", START + 25 * HOUR, 400 * MIB, 20), network))).toEqual(["UPLOAD"]);
  });

  it("are nothing before twelve hours are known, below 50 MiB, or inside", () => {
    expect(watch([...usual(11), ...upload(random(), "10.0.0.5", START + 11 * HOUR, 400 * MIB, 20)])).toEqual([]);
    expect(watch([...usual(24), ...upload(random(), "10.0.0.5", START + 24 * HOUR, 45 * MIB, 20)])).toEqual([]);
    const inside = upload(random(), "10.0.0.5", START + 24 * HOUR, 400 * MIB, 20).map((one) => ({
      ...one,
      fields: { ...one.fields, dest_ip: "10.0.0.9" },
    }));
    expect(watch([...usual(24), ...inside])).toEqual([]);
  });
});

/** MEASURE=1 makes the figures of docs/signals.md; without it less is generated. */
const MEASURE = process.env.MEASURE === "1";
const [MACHINES, HOURS] = MEASURE ? [200, 48] : [50, 36];

describe("on everyday traffic", () => {
  it("little is told, and what is hidden in it is found; docs/signals.md has the figures", () => {
    const dice = random();
    const everyday = everydayTraffic(dice, MACHINES, HOURS, START);
    const begun = performance.now();
    const alone = watch(everyday);
    const perSecond = Math.round(everyday.length / ((performance.now() - begun) / 1000));
    const hidden: (readonly [string, TrafficEvent[]])[] = [];
    for (let n = 0; n < 50; n++) {
      const source = `10.1.0.${n + 1}`;
      const at = START + (14 + dice.unit() * (HOURS - 18)) * HOUR;
      hidden.push(["BEACON", beacon(dice, source, at - 6 * HOUR, dice.magnitude(20, 900), dice.unit() * 0.4, 30)]);
      hidden.push(["PORT_SCAN", scan(dice, source, at, "ports", dice.whole(15, 500), dice.magnitude(5, 200))]);
      hidden.push(["HOST_SCAN", scan(dice, source, at, "hosts", dice.whole(15, 500), dice.magnitude(5, 200))]);
      hidden.push([
        "DNS_TUNNEL",
        tunnel(dice, source, at, dice.whole(30, 500), dice.whole(16, 60), dice.magnitude(60, 900)),
      ]);
      hidden.push(["UPLOAD", upload(dice, source, at, dice.magnitude(60, 5000) * MIB, 20)]);
    }
    const found = watch([...everyday, ...hidden.flatMap(([, events]) => events)]);
    const caught = (flag: string) =>
      hidden.filter(
        ([kind, [first]]) =>
          kind === flag && found.some((s) => s.flag === flag && s.fields.src_ip === first?.fields.src_ip),
      ).length;
    const kinds = ["BEACON", "PORT_SCAN", "HOST_SCAN", "DNS_TUNNEL", "UPLOAD"];
    const of = (flag: string) => `${flag} ${caught(flag)} of 50, ${alone.filter((s) => s.flag === flag).length} false`;
    console.info(`${everyday.length} everyday events, ${perSecond} events/s; ${kinds.map(of).join("; ")}`);
    expect(alone.length / everyday.length).toBeLessThan(0.0002);
    for (const kind of kinds) expect(caught(kind), kind).toBeGreaterThan(20);
  }, 120_000);

  it("memory stays bounded, whatever comes", () => {
    const dice = random();
    const network = new NetworkWatch();
    for (let n = 0; n < 20_000; n++) {
      const address = () => [10, dice.whole(0, 255), dice.whole(0, 255), dice.whole(0, 255)].join(".");
      const fields = {
        event_type: "flow",
        src_ip: address(),
        dest_ip: `45.${n % 200}.${n % 250}.${n % 240}`,
        dest_port: n % 65_535,
        bytes_out: 40,
        bytes_in: 0,
      };
      network.look({ id: "e", category: "NETWORK", at: START + n, fields });
      network.look({
        id: "e",
        category: "DNS",
        at: START + n,
        fields: { src_ip: address(), domain: `${n}.d${n}.example` },
      });
    }
    expect(network.looked).toBe(40_000);
    const sizes = ["beacons", "scans", "tunnels", "uploads"].map((part) =>
      JSON.stringify(Object.values(Reflect.get(network, part) as object).map((lru) => (lru as { size: number }).size)),
    );
    expect(sizes).toEqual(["[10000]", "[2000]", "[4000]", "[10000]"]);
  }, 60_000);
});
