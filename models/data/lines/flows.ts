import type { Context, Scenario } from "../context.ts";
import { eve, inbound, inside, internal, outbound, outside, type Part } from "./wire.ts";

const MIB = 1024 * 1024;

const domain = (c: Context): string => c.random.pick(c.words.domains);
const flow = (c: Context, ends: Part, out: number, back: number, part: Part = {}): string =>
  eve(c, "flow", {
    ...ends,
    flow: {
      bytes_toserver: Math.round(out),
      bytes_toclient: Math.round(back),
      state: c.random.pick(["closed", "established", "closed"]),
    },
    ...part,
  });
const tls = (c: Context, ends: Part, version: string, sni?: string): string =>
  eve(c, "tls", {
    ...ends,
    app_proto: "tls",
    tls: { version, ...(sni && { sni }), subject: `CN=${sni ?? "localhost"}` },
  });

/** Connections and what they carried. */
export const FLOWS: readonly Scenario[] = [
  {
    id: "flow_everyday",
    weight: 8,
    truth: "BENIGN",
    act: 0.004,
    line: (c) =>
      flow(
        c,
        c.random.chance(0.5) ? outbound(c.random, 443) : internal(c.random, c.random.pick([80, 443, 5432, 6379, 25])),
        c.random.magnitude(300, 2 * MIB),
        c.random.magnitude(500, 60 * MIB),
      ),
  },
  {
    id: "flow_backup_inside",
    weight: 0.8,
    truth: "BENIGN",
    act: 0.02,
    line: (c) =>
      flow(
        c,
        internal(c.random, c.random.pick([22, 443, 873, 9000])),
        c.random.magnitude(100 * MIB, 90_000 * MIB),
        c.random.chance(0.3) ? 0 : c.random.magnitude(1, 60 * MIB),
      ),
  },
  {
    id: "flow_backup_cloud",
    weight: 0.7,
    truth: "BENIGN",
    otherwise: { truth: "EXFILTRATION", share: 0.2 },
    act: 0.3,
    line: (c) =>
      flow(
        c,
        outbound(c.random, 443),
        c.random.magnitude(100 * MIB, 4000 * MIB),
        c.random.magnitude(2 * MIB, 60 * MIB),
        { app_proto: "tls" },
      ),
  },
  {
    id: "flow_upload",
    weight: 0.8,
    truth: "EXFILTRATION",
    act: 0.68,
    line: (c) =>
      flow(
        c,
        outbound(c.random, c.random.pick([21, 22, 443, 4444, 8443, 31337])),
        c.random.magnitude(105 * MIB, 20_000 * MIB),
        c.random.magnitude(1, 200_000),
        c.random.chance(0.5) ? { app_proto: "failed" } : {},
      ),
  },
  {
    id: "flow_upload_slow",
    weight: 0.5,
    truth: "EXFILTRATION",
    otherwise: { truth: "BENIGN", share: 0.3 },
    act: 0.42,
    line: (c) =>
      flow(
        c,
        outbound(c.random, c.random.pick([443, 8443, 4444])),
        c.random.magnitude(12 * MIB, 95 * MIB),
        c.random.magnitude(100, 400_000),
        c.random.chance(0.4) ? { app_proto: "failed" } : {},
      ),
  },
  {
    id: "flow_from_netflow",
    weight: 1,
    truth: "BENIGN",
    act: 0.01,
    line: (c) =>
      eve(c, "netflow", {
        ...internal(c.random, c.random.pick([80, 443, 53])),
        netflow: { bytes: c.random.magnitude(60, 20 * MIB), pkts: 10 },
      }),
  },
  {
    id: "flow_admin_port",
    weight: 1.2,
    truth: "POLICY",
    otherwise: { truth: "RECON", share: 0.35 },
    act: 0.33,
    line: (c) =>
      flow(
        c,
        inbound(c.random, c.random.pick([23, 445, 3389, 5900])),
        c.random.magnitude(60, 20_000),
        c.random.magnitude(60, 20_000),
      ),
  },
  {
    id: "flow_admin_inside",
    weight: 0.8,
    truth: "BENIGN",
    act: 0.03,
    line: (c) =>
      flow(
        c,
        internal(c.random, c.random.pick([445, 3389])),
        c.random.magnitude(2000, 20 * MIB),
        c.random.magnitude(2000, 90 * MIB),
      ),
  },
  {
    id: "flow_beacon",
    weight: 0.4,
    truth: "MALWARE_C2",
    otherwise: { truth: "BENIGN", share: 0.25 },
    act: 0.55,
    line: (c) =>
      flow(
        c,
        outbound(c.random, c.random.pick([4444, 8443, 50050, 31337])),
        c.random.whole(180, 900),
        c.random.whole(60, 700),
        { app_proto: c.random.pick(["failed", "failed", "tls"]) },
      ),
  },
  {
    id: "flow_probe",
    weight: 1.5,
    truth: "RECON",
    otherwise: { truth: "BENIGN", share: 0.25 },
    act: 0.22,
    line: (c) =>
      eve(c, "flow", {
        ...inbound(c.random, c.random.whole(1, 9000)),
        flow: { bytes_toserver: c.random.whole(40, 60), bytes_toclient: c.random.pick([0, 40, 54]), state: "new" },
      }),
  },
  {
    id: "tls_current",
    weight: 5,
    truth: "BENIGN",
    act: 0.004,
    line: (c) => tls(c, outbound(c.random, 443), c.random.pick(["TLS 1.3", "TLS 1.2"]), domain(c)),
  },
  {
    id: "tls_outdated",
    weight: 0.9,
    truth: "POLICY",
    act: 0.36,
    line: (c) =>
      tls(
        c,
        c.random.chance(0.6) ? internal(c.random, 443) : outbound(c.random, 443),
        c.random.pick(["TLSv1", "TLS 1.1", "SSLv3", "TLS 1.0"]),
        c.random.chance(0.6) ? domain(c) : undefined,
      ),
  },
  {
    id: "tls_nameless",
    weight: 0.6,
    truth: "BENIGN",
    otherwise: { truth: "MALWARE_C2", share: 0.3 },
    act: 0.2,
    line: (c) => tls(c, outbound(c.random, c.random.pick([443, 4444, 8443])), "TLS 1.2"),
  },
  {
    id: "ssh_wire",
    weight: 0.8,
    truth: "BENIGN",
    act: 0.02,
    line: (c) =>
      eve(c, "ssh", {
        ...internal(c.random, 22),
        ssh: { client: { software_version: "OpenSSH_9.6" }, server: { software_version: "OpenSSH_9.2" } },
      }),
  },
  {
    id: "smtp",
    weight: 1,
    truth: "BENIGN",
    act: 0.02,
    line: (c) => eve(c, "smtp", { ...inbound(c.random, 25), smtp: { helo: domain(c) } }),
  },
  {
    id: "stats",
    weight: 0.8,
    truth: "BENIGN",
    act: 0.001,
    line: (c) => eve(c, "stats", { stats: { uptime: c.random.whole(1, 900_000) } }),
  },
  {
    id: "file_document",
    weight: 1,
    truth: "BENIGN",
    act: 0.02,
    line: (c) =>
      eve(c, "fileinfo", {
        src_ip: outside(c.random),
        dest_ip: inside(c.random),
        fileinfo: {
          filename: c.random.pick(["/img/a.png", "/report.pdf", "/fonts/b.woff2", "/setup-update.exe"]),
          size: c.random.magnitude(500, 80 * MIB),
        },
      }),
  },
  {
    id: "file_program",
    weight: 0.5,
    truth: "MALWARE_C2",
    otherwise: { truth: "BENIGN", share: 0.35 },
    act: 0.45,
    line: (c) =>
      eve(c, "fileinfo", {
        src_ip: outside(c.random),
        dest_ip: inside(c.random),
        fileinfo: {
          filename: c.random.pick(["/invoice.pdf.exe", "/a.hta", "/x.ps1", "/update.scr", "/p.dll"]),
          size: c.random.magnitude(4000, 3 * MIB),
        },
      }),
  },
];
