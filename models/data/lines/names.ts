import type { Context, Scenario } from "../context.ts";
import { eve, internal, type Part } from "./wire.ts";

const HEX = "0123456789abcdef";
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

const dns = (c: Context, rrname: string, part: Part = {}): string =>
  eve(c, "dns", {
    ...internal(c.random, 53),
    proto: "UDP",
    dns: c.random.chance(0.8)
      ? { type: "query", id: c.random.whole(0, 65_535), rrname, rrtype: "A", ...part }
      : { version: 3, type: "response", queries: [{ rrname, rrtype: "A" }], ...part },
  });
const domain = (c: Context): string => c.random.pick(c.words.domains);

/** Names that are asked for: everyday ones, long ones of content networks, and data in names. */
export const NAMES: readonly Scenario[] = [
  {
    id: "dns_query",
    weight: 9,
    truth: "BENIGN",
    act: 0.004,
    line: (c) => dns(c, `${c.random.pick(["www.", "", "img.", "s3."])}${domain(c)}`),
  },
  {
    id: "dns_mistyped",
    weight: 2,
    truth: "BENIGN",
    act: 0.03,
    line: (c) => dns(c, `${c.random.text(c.random.whole(5, 10), BASE32)}.${domain(c)}`, { rcode: "NXDOMAIN" }),
  },
  {
    id: "dns_mail_record",
    weight: 1,
    truth: "BENIGN",
    act: 0.02,
    line: (c) =>
      dns(c, `${c.random.pick(["_dmarc", "selector1._domainkey", "_acme-challenge", "_ldap._tcp"])}.${domain(c)}`, {
        rrtype: c.random.pick(["TXT", "CNAME", "SRV"]),
      }),
  },
  {
    id: "dns_content_network",
    weight: 1.4,
    truth: "BENIGN",
    act: 0.05,
    line: (c) =>
      dns(
        c,
        `${c.random.pick(["d", "elb-", "cdn-node-"])}${c.random.text(c.random.whole(28, 52), HEX)}.${c.random.pick(["edge", "region-1", "lb"])}.${domain(c)}`,
      ),
  },
  {
    id: "dns_tunnel",
    weight: 1,
    truth: "EXFILTRATION",
    act: 0.72,
    line: (c) =>
      dns(
        c,
        `${c.random.text(c.random.whole(38, 62), BASE32)}.${c.random.chance(0.5) ? `${c.random.text(c.random.whole(20, 50), BASE32)}.` : ""}t.${c.random.pick(["evil", "x1", "ns9"])}.${c.random.pick(["example", "test"])}`,
        { rrtype: c.random.pick(["TXT", "NULL", "CNAME", "A"]) },
      ),
  },
  {
    id: "dns_generated_name",
    weight: 0.8,
    truth: "MALWARE_C2",
    otherwise: { truth: "BENIGN", share: 0.15 },
    act: 0.6,
    line: (c) =>
      dns(
        c,
        `${c.random.text(c.random.whole(14, 24), "bcdfghjklmnpqrstvwxz0123456789")}.${c.random.pick(["top", "xyz", "info"])}`,
        { rcode: "NXDOMAIN" },
      ),
  },
];
