import { describe, expect, it } from "vitest";
import { parseCsv } from "../../../images/l8-signals/src/intel/csv.ts";
import { readFeedList } from "../../../images/l8-signals/src/intel/feed-list.ts";
import { readCidr } from "../../../images/runtime/intel/cidr.ts";
import { parseStix } from "../../../images/runtime/intel/stix.ts";
import { readPattern } from "../../../images/runtime/intel/stix-pattern.ts";

const DEFAULTS = { feed: "cert", confidence: 50 };
const SHA256 = "a".repeat(64);

const indicator = (pattern: string, rest: object = {}) => ({
  ...{ type: "indicator", spec_version: "2.1", id: "indicator--1", pattern_type: "stix", pattern },
  ...{ valid_from: "2026-01-01T00:00:00Z", ...rest },
});
const bundle = (...objects: unknown[]): string => JSON.stringify({ type: "bundle", id: "bundle--1", objects });

describe("patterns of STIX", () => {
  it.each([
    ["[ipv4-addr:value = '203.0.113.9']", [{ type: "ip", value: "203.0.113.9" }]],
    ["[ ipv4-addr:value ISSUBSET '203.0.113.0/24' ]", [{ type: "ip", value: "203.0.113.0/24" }]],
    ["[domain-name:value='a.example']", [{ type: "domain", value: "a.example" }]],
    [`[file:hashes.'SHA-256' = '${SHA256}']`, [{ type: "hash", value: SHA256 }]],
    ["[url:value = 'https://a.example/it\\'s']", [{ type: "url", value: "https://a.example/it's" }]],
    [
      "[domain-name:value = 'a.example' OR ipv6-addr:value = '2001:db8::1'] OR [user-account:account_login = 'eve']",
      [
        { type: "domain", value: "a.example" },
        { type: "ip", value: "2001:db8::1" },
        { type: "user", value: "eve" },
      ],
    ],
  ])("%s", (pattern, found) => expect(readPattern(pattern)).toEqual(found));

  it.each([
    ["[ipv4-addr:value = '203.0.113.9' AND domain-name:value = 'a.example']", "pattern with AND"],
    ["[ipv4-addr:value = '203.0.113.9'] FOLLOWEDBY [domain-name:value = 'a.example']", "pattern with FOLLOWEDBY"],
    ["[ipv4-addr:value = '203.0.113.9'] WITHIN 5 SECONDS", "pattern with WITHIN"],
    ["[domain-name:value LIKE '%.example']", "operator LIKE"],
    ["[ipv4-addr:value != '203.0.113.9']", "operator !="],
    ["[process:name = 'evil.exe']", "path process:name"],
    ["[file:hashes.'SSDEEP' = 'x']", "path file:hashes.'SSDEEP'"],
    ["[NOT ipv4-addr:value = '203.0.113.9']", "pattern that is no comparison"],
    ["ipv4-addr:value = '203.0.113.9'", "pattern that is no list of comparisons"],
    ["[ipv4-addr:value = '203.0.113.9'", "pattern that does not end"],
    ["", "pattern that is no list of comparisons"],
    [`[${"(".repeat(5000)}`, "pattern that is no comparison"],
  ])("names what it does not understand: %s", (pattern, unknown) => expect(readPattern(pattern)).toEqual({ unknown }));

  it("takes no longer for a hostile text than for its length", () => {
    const begun = performance.now();
    readPattern(`[${"ipv4-addr:value = 'x' OR ".repeat(2000)}`);
    readPattern(`[ipv4-addr:value = '${"\\".repeat(60_000)}`);
    readPattern(`[${"a".repeat(60_000)}`);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe("a bundle of STIX 2.1", () => {
  it("gives indicators with confidence, period and labels; counts and names the rest", () => {
    const text = bundle(
      indicator("[ipv4-addr:value = '203.0.113.9']", {
        ...{
          confidence: 80,
          valid_until: "2027-01-01T00:00:00.5Z",
          labels: ["c2"],
          indicator_types: ["malicious-activity"],
        },
      }),
      indicator("[domain-name:value = 'C2.Example']"),
      indicator("[domain-name:value = 'x' AND url:value = 'y']"),
      indicator("[ipv4-addr:value = '203.0.113.900']"),
      indicator("[ipv4-addr:value = '0.0.0.0/0']"),
      indicator("alert tcp any any", { pattern_type: "snort" }),
      indicator("[domain-name:value = 'gone.example']", { revoked: true }),
      indicator("[domain-name:value = 'bad.example']", { valid_until: "2025-01-01T00:00:00Z" }),
      indicator("[domain-name:value = 'bad.example']", { confidence: 101 }),
      indicator("[domain-name:value = 'old.example']", { spec_version: "2.0" }),
      { type: "malware", spec_version: "2.1" },
      { type: "malware", spec_version: "2.1" },
      7,
    );
    const { indicators, skipped } = parseStix(text, DEFAULTS);
    expect(indicators).toEqual([
      {
        ...{ feed: "cert", type: "ip", value: "203.0.113.9", confidence: 80, labels: ["malicious-activity", "c2"] },
        ...{ from: Date.UTC(2026, 0), until: Date.UTC(2027, 0) + 500 },
      },
      { feed: "cert", type: "domain", value: "c2.example", confidence: 50, labels: [], from: Date.UTC(2026, 0) },
    ]);
    expect(skipped).toEqual({
      "pattern with AND": 1,
      "ip that is no address or network": 1,
      "ip that is network of less than 8 bits": 1,
      "pattern_type snort": 1,
      "revoked indicator": 1,
      "indicator without a sound period": 1,
      "indicator with an unsound confidence": 1,
      "indicator that is not of STIX 2.1": 1,
      "object malware": 2,
      "what is no object": 1,
    });
  });

  it.each(["", "[]", "{}", '{"type":"bundle","objects":{}}', '{"type":"report"}', "\0"])("refuses %j", (text) => {
    expect(() => parseStix(text, DEFAULTS)).toThrow("is no STIX bundle");
  });
});

describe("a feed of lines", () => {
  it("takes what is sound, and names the rest", () => {
    const { indicators, skipped } = parseCsv(
      [
        "# of the sector's CERT",
        "type, value, confidence, valid_until, source",
        "ip,203.0.113.9,90,2027-01-01,list",
        'domain,"a.example.",,,"says ""bad"", twice"',
        "url,https://[2001:db8::5]:8443/x,10,,",
        "user,Eve,,,",
        `hash,${SHA256.toUpperCase()},0,2027-01-01T00:00:00Z,`,
        "domain,*.evil.example,,,",
        "",
        "ip,nowhere,,,",
        "ip,10.0.0.0/7,,,",
        "mutex,x,,,",
        "ip,203.0.113.1,high,,",
        "ip,203.0.113.1,,tomorrow,",
        "ip,203.0.113.1",
        'ip,"203.0.113.1,,,',
      ].join("\r\n"),
      DEFAULTS,
    );
    expect(indicators.map(({ type, value, confidence }) => `${type} ${value} ${confidence}`)).toEqual([
      ...["ip 203.0.113.9 90", "domain a.example 50", "ip 2001:db8::5 10", "user eve 50", `hash ${SHA256} 0`],
      "domain *.evil.example 50",
    ]);
    expect(indicators[1]?.labels).toEqual(['says "bad", twice']);
    expect(skipped).toEqual({
      "ip that is no address or network": 1,
      "ip that is network of less than 8 bits": 1,
      "unknown type mutex": 1,
      "confidence that is no whole number from 0 to 100": 1,
      "valid_until that is no date": 1,
      "line that has not five values": 2,
    });
  });

  it("keeps of the same indicator twice the one that counts for longer", () => {
    const header = "type,value,confidence,valid_until,source";
    const lines = [
      header,
      "ip,203.0.113.9,90,2026-01-01,",
      "ip,203.0.113.9,20,2030-01-01,",
      "ip,203.0.113.9,10,2030-01-01,",
    ];
    expect(parseCsv(lines.join("\n"), DEFAULTS).indicators).toMatchObject([{ confidence: 20 }]);
  });

  it.each(["", "ip,203.0.113.9,90,,", "<html>"])("refuses %j, which has no header", (text) => {
    expect(() => parseCsv(text, DEFAULTS)).toThrow("does not begin with the line type,value");
  });
});

describe("networks", () => {
  it.each([
    ["203.0.113.9", 4, 32],
    ["203.0.113.0/24", 4, 24],
    ["2001:db8::1", 6, 128],
    ["2001:db8::/32", 6, 32],
    ["::ffff:203.0.113.9", 4, 32],
    ["::ffff:cb00:7109", 4, 32],
    ["2001:db8::203.0.113.9", 6, 128],
  ])("%s", (text, family, bits) => expect(readCidr(text)).toMatchObject({ family, bits }));

  it("are one, however they are written", () => {
    expect(readCidr("2001:db8:0:0::0:1")).toEqual(readCidr("2001:DB8::1"));
    expect(readCidr("::ffff:cb00:7109")).toEqual(readCidr("203.0.113.9"));
    expect(readCidr("203.0.113.77/24")).toEqual(readCidr("203.0.113.0/24"));
    expect(readCidr("::")).toEqual({ family: 6, bits: 128, key: 0n });
  });

  it.each(["", "x", "203.0.113", "203.0.113.9/33", "203.0.113.9/", "203.0.113.9/-1", "2001:db8::/129", "fe80::1%eth0"])(
    "%j is none",
    (text) => expect(readCidr(text)).toBeUndefined(),
  );
});

describe("the list of feeds", () => {
  const file = { id: "cert", kind: "csv", file: "feed-cert.csv", sha256: SHA256, confidence: 50 };
  const taxii = { id: "x", kind: "taxii", url: "https://taxii.example/c/1", every_seconds: 300, confidence: 50 };
  const list = (...feeds: unknown[]): string => JSON.stringify({ tenant: "ALPHA", feeds });

  it("is read for its tenant alone", () => {
    expect(readFeedList(list(file, { ...taxii, token: "t", ca: "c.pem" }), "ALPHA")).toEqual([
      file,
      ...[
        {
          id: "x",
          kind: "taxii",
          url: "https://taxii.example/c/1/",
          everySeconds: 300,
          token: "t",
          ca: "c.pem",
          confidence: 50,
        },
      ],
    ]);
    expect(() => readFeedList(list(file), "BRAVO")).toThrow("is not for BRAVO");
  });

  it.each([
    [list({ ...file, file: "../bravo/feed-cert.csv" }), '"file" of a feed must match'],
    [list({ ...taxii, token: "../bravo/token" }), '"token" of a feed must match'],
    [list({ ...taxii, url: "http://taxii.example/" }), '"url" of a feed must match'],
    [list(file, file), "names a feed twice"],
    [list({ ...file, kind: "pdf" }), '"kind" of a feed must match'],
    [list({ ...file, more: 1 }), "unknown key"],
    ["[]", "is no object"],
    ["{", "is no JSON"],
  ])("refuses %s", (text, message) => expect(() => readFeedList(text, "ALPHA")).toThrow(message));
});
