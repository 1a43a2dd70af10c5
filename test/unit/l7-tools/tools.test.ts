import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ToolError } from "../../../images/l7-tools/src/tool.ts";
import { decode } from "../../../images/l7-tools/src/tools/decode.ts";
import { extractIndicators } from "../../../images/l7-tools/src/tools/extract-indicators.ts";
import { hash } from "../../../images/l7-tools/src/tools/hash.ts";
import { ipInfo } from "../../../images/l7-tools/src/tools/ip-info.ts";
import { jsonQuery } from "../../../images/l7-tools/src/tools/json-query.ts";
import { parseLog } from "../../../images/l7-tools/src/tools/parse-log.ts";
import { textSearch } from "../../../images/l7-tools/src/tools/text-search.ts";
import { time } from "../../../images/l7-tools/src/tools/time.ts";

const base64 = (text: string | Buffer): string => Buffer.from(text).toString("base64");

describe("decode", () => {
  it("takes off layer by layer", () => {
    const text = base64(gzipSync(base64("whoami /all && net user")));
    expect(decode({ text })).toMatchObject({ layers: ["base64", "gzip", "base64"], text: "whoami /all && net user" });
    expect(decode({ text: "%2Fetc%2Fpasswd" })).toMatchObject({ layers: ["url"], text: "/etc/passwd" });
    expect(decode({ text: Buffer.from("hello there").toString("hex") })).toMatchObject({ layers: ["hex"] });
    expect(decode({ text: "an ordinary sentence" })).toMatchObject({ layers: [], text: "an ordinary sentence" });
  });

  it("tells bytes that are no text in hex", () => {
    expect(decode({ text: "//79/A==", encoding: "base64" })).toMatchObject({ text: null, hex: "fffefdfc", bytes: 4 });
  });

  it("does not unpack without a bound, nor what is nothing", () => {
    const bomb = base64(gzipSync(Buffer.alloc(8 << 20)));
    expect(() => decode({ text: bomb, encoding: "gzip" })).toThrow("more than 262144 bytes when unpacked");
    expect(() => decode({ text: bomb })).toThrow(ToolError);
    expect(() => decode({ text: "zz", encoding: "hex" })).toThrow("no hexadecimal");
    expect(() => decode({ text: "***", encoding: "base64" })).toThrow("no base64");
    expect(() => decode({ text: "%zz", encoding: "url" })).toThrow("no percent-encoded");
    expect(() => decode({ text: base64("plain"), encoding: "gzip" })).toThrow("not gzip or zlib");
  });
});

describe("extract_indicators", () => {
  it("finds each kind, defanged or not, once", () => {
    const text = `hxxps://evil[.]example[.]com:8443/a.exe from 203[.]0[.]113[.]7, 203.0.113.7:443 and 2001:DB8::1.
      Mail bad(at)phish[.]example.net. MD5 d41d8cd98f00b204e9800998ecf8427e, run payload.exe`;
    expect(extractIndicators({ text })).toEqual({
      indicators: {
        ip: ["203.0.113.7", "2001:db8::1"],
        url: ["https://evil.example.com:8443/a.exe"],
        email: ["bad@phish.example.net"],
        domain: ["evil.example.com", "phish.example.net"],
        hash: ["d41d8cd98f00b204e9800998ecf8427e"],
      },
      count: 7,
      truncated: false,
    });
  });

  it("takes no times, versions or files for indicators", () => {
    const { indicators } = extractIndicators({
      text: "at 12:34:56 v1.2.3 read config.yaml and 999.1.1.1 :: 1.2.3.4.5",
    });
    expect(indicators).toEqual({ ip: [], url: [], email: [], domain: [], hash: [] });
  });

  it("is quick on hostile texts", () => {
    const begun = performance.now();
    for (const piece of ["a.", "a-", "http://", "@a.", "1.1.", "[.]", "f", ":", "%41"]) {
      extractIndicators({ text: piece.repeat(65_536 / piece.length) });
    }
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it("keeps to the kinds asked for, and to a hundred of each", () => {
    const text = Array.from({ length: 150 }, (_, i) => `10.0.${i}.1`).join(" ");
    const { indicators, truncated } = extractIndicators({ text, types: ["ip"] }) as {
      indicators: { ip: string[] };
      truncated: boolean;
    };
    expect(Object.keys(indicators)).toEqual(["ip"]);
    expect(indicators.ip).toHaveLength(100);
    expect(truncated).toBe(true);
  });
});

describe("ip_info", () => {
  it.each([
    ["8.8.8.8", "public"],
    ["10.1.2.3", "private"],
    ["100.64.0.1", "shared"],
    ["127.0.0.1", "loopback"],
    ["255.255.255.255", "broadcast"],
    ["203.0.113.7", "documentation"],
    ["::1", "loopback"],
    ["fe80::1", "link_local"],
    ["2606:4700::1111", "public"],
    ["fd00::1", "private"],
  ])("knows the class of %s", (address, name) => {
    expect(ipInfo({ address })).toMatchObject({ class: name, public: name === "public" });
  });

  it("sees the address within an address, and networks", () => {
    expect(ipInfo({ address: "::ffff:10.0.0.1" })).toMatchObject({
      class: "ipv4_mapped",
      ipv4: "10.0.0.1",
      ipv4_class: "private",
      public: false,
    });
    const networks = ["10.0.0.0/8", "10.1.0.0/24", "0.0.0.0/0", "::/0"];
    expect(ipInfo({ address: "10.1.2.3", networks }).networks).toEqual([
      { network: "10.0.0.0/8", contains: true },
      { network: "10.1.0.0/24", contains: false },
      { network: "0.0.0.0/0", contains: true },
      { network: "::/0", contains: false },
    ]);
  });

  it.each(["1.2.3", "01.2.3.4", "1.2.3.256", "1.2.3.4.", "fe80::1%eth0", "[::1]", ":::", "1::2::3", "x", "::1/128"])(
    "takes %s for no address",
    (address) => {
      expect(() => ipInfo({ address })).toThrow(ToolError);
    },
  );

  it.each(["10.0.0.0", "10.0.0.0/33", "::/129", "x/8", "10.0.0.0/8/8", "10.0.0.0/-1"])(
    "takes %s for no network",
    (network) => {
      expect(() => ipInfo({ address: "10.0.0.1", networks: [network] })).toThrow("is no network");
    },
  );
});

describe("hash", () => {
  it("gives the digests of the bytes", () => {
    const empty = hash({ text: "" });
    expect(empty).toMatchObject({ bytes: 0, md5: "d41d8cd98f00b204e9800998ecf8427e" });
    expect(hash({ text: "616263", encoding: "hex" })).toEqual(hash({ text: "abc" }));
    expect(hash({ text: "YWJj", encoding: "base64" })).toEqual(hash({ text: "abc" }));
    expect(() => hash({ text: "xyz", encoding: "hex" })).toThrow("no hex");
    expect(() => hash({ text: "\ud800" })).toThrow("well-formed");
  });
});

describe("time", () => {
  it("reads what is in use", () => {
    const rfc3339 = "2026-11-21T12:00:00.000Z";
    const seconds = Date.parse(rfc3339) / 1000;
    for (const value of [
      rfc3339,
      "2026-11-21 13:00:00+0100",
      "2026-11-21T12:00:00",
      seconds,
      String(seconds),
      seconds * 1000,
      (seconds + 11_644_473_600) * 1e7,
    ]) {
      expect(time({ value }), String(value)).toMatchObject({ rfc3339, unix_seconds: seconds, weekday: "Saturday" });
    }
    expect(time({ value: 0, until: 93_784 }).difference).toEqual({ seconds: 93_784, text: "1d 2h 3m 4s" });
    expect(time({ value: 93_784, until: 0 }).difference).toMatchObject({ text: "-1d 2h 3m 4s" });
  });

  it.each(["yesterday", "2026-13-01", "", "1e5", "99999999999999999999", "2026-11-21T25:00:00Z"])(
    "takes %j for no time",
    (value) => {
      expect(() => time({ value })).toThrow(ToolError);
    },
  );
});

describe("json_query", () => {
  const json = '{"events":[{"src_ip":"1.1.1.1","a b":1},{"src_ip":"2.2.2.2"}],"__proto__":{"x":1}}';
  it.each<[string, unknown[]]>([
    ["$", [JSON.parse(json)]],
    ["$.events[*].src_ip", ["1.1.1.1", "2.2.2.2"]],
    ["events[-1].src_ip", ["2.2.2.2"]],
    ['events[0]["a b"]', [1]],
    ["$.events[7]", []],
    ["$.constructor", []],
    ["$.toString", []],
    ["$.__proto__.x", [1]],
  ])("answers %s", (path, matches) => {
    expect(jsonQuery({ json, path }).matches).toEqual(matches);
  });

  it("tells what it does not understand, and stops at a hundred", () => {
    expect(() => jsonQuery({ json, path: "$..x" })).toThrow("not understood");
    expect(() => jsonQuery({ json, path: "a".repeat(3) + ".b".repeat(40) })).toThrow("more than 32 steps");
    expect(() => jsonQuery({ json: "{", path: "$" })).toThrow("json:");
    const many = JSON.stringify(Array.from({ length: 500 }, (_, i) => i));
    expect(jsonQuery({ json: many, path: "[*]" })).toMatchObject({ count: 100, truncated: true });
  });
});

describe("parse_log", () => {
  it("understands lines as the ingest does, and says why not", () => {
    const line = "Nov 23 12:34:56 web-1 sshd[1234]: Failed password for root from 203.0.113.7 port 51234 ssh2";
    const { lines, understood } = parseLog({ lines: [line, "", "\0"], received_at: "2026-11-23T13:00:00Z" });
    expect(understood).toBe(1);
    expect(lines).toMatchObject([
      { ok: true, ts: "2026-11-23T12:34:56.000Z", category: "AUTH", fields: { src_ip: "203.0.113.7" } },
      { ok: false, reason: "line_empty" },
      { ok: false },
    ]);
    expect(() => parseLog({ lines: [line], received_at: "then" })).toThrow("no RFC 3339");
  });
});

describe("text_search", () => {
  it("counts literal terms and shows where", () => {
    const text = "a.b\nA.B a.b\naxb";
    expect(textSearch({ text, terms: ["a.b"] })).toMatchObject({ lines: 3, terms: [{ count: 2 }] });
    expect(textSearch({ text, terms: ["a.b"], case_sensitive: false }).terms).toMatchObject([
      {
        count: 3,
        places: [
          { line: 1, column: 1 },
          { line: 2, column: 1 },
          { line: 2, column: 5 },
        ],
      },
    ]);
    expect(textSearch({ text: "aaaa", terms: ["aa", "b"] }).terms).toMatchObject([
      { count: 2 },
      { count: 0, places: [] },
    ]);
  });
});
