import type { Context, Scenario, ThreatLabel } from "../context.ts";
import { eve, inbound, internal, outbound, type Part } from "./wire.ts";

/** An IDS alert. Sets of rules name their group, or do not; categories are sometimes missing. */
function alert(c: Context, group: string, name: string, severity: number, category: string, ends: Part): string {
  const prefix = c.random.pick([`ET ${group} `, `ET ${group} `, `ETPRO ${group} `, ""]);
  return eve(c, "alert", {
    ...ends,
    alert: {
      action: c.random.chance(0.85) ? "allowed" : "blocked",
      gid: 1,
      signature_id: c.random.whole(2_000_000, 2_999_999),
      signature: `${prefix}${name}`,
      ...(c.random.chance(0.82) && { category }),
      severity,
    },
  });
}

interface Kind {
  readonly id: string;
  readonly weight: number;
  readonly truth: ThreatLabel;
  readonly act: number;
  readonly otherwise?: NonNullable<Scenario["otherwise"]>;
  readonly group: string;
  readonly names: (c: Context) => readonly string[];
  readonly severities: readonly number[];
  readonly category: string;
  readonly ends: (c: Context) => Part;
}

const KINDS: readonly Kind[] = [
  {
    id: "ids_malware",
    weight: 1.6,
    truth: "MALWARE_C2",
    act: 0.96,
    group: "MALWARE",
    names: (c) => c.words.malware,
    severities: [1, 1, 1, 2],
    category: "Malware Command and Control Activity Detected",
    ends: ({ random }) => outbound(random, random.pick([443, 80, 8443])),
  },
  {
    id: "ids_malware_weak",
    weight: 0.4,
    truth: "MALWARE_C2",
    otherwise: { truth: "BENIGN", share: 0.35 },
    act: 0.5,
    group: "MALWARE",
    names: (c) => c.words.malware,
    severities: [3],
    category: "A Network Trojan was detected",
    ends: ({ random }) => internal(random, 80),
  },
  {
    id: "ids_exploit",
    weight: 1.3,
    truth: "EXPLOIT",
    act: 0.85,
    group: "EXPLOIT",
    names: (c) => c.words.exploits,
    severities: [1, 1, 2],
    category: "Attempted Administrator Privilege Gain",
    ends: ({ random }) => inbound(random, random.pick([80, 443, 445, 8080])),
  },
  {
    id: "ids_web_attack",
    weight: 1,
    truth: "EXPLOIT",
    otherwise: { truth: "BENIGN", share: 0.12 },
    act: 0.62,
    group: "WEB_SERVER",
    names: (c) => c.words.exploits,
    severities: [1, 2],
    category: "Web Application Attack",
    ends: ({ random }) => inbound(random, random.pick([80, 443])),
  },
  {
    id: "ids_scan",
    weight: 1.8,
    truth: "RECON",
    act: 0.48,
    group: "SCAN",
    names: (c) => c.words.scans,
    severities: [2, 2, 3],
    category: "Attempted Information Leak",
    ends: ({ random }) => inbound(random, random.whole(1, 9000)),
  },
  {
    id: "ids_scan_own",
    weight: 0.5,
    truth: "RECON",
    otherwise: { truth: "BENIGN", share: 0.45 },
    act: 0.25,
    group: "SCAN",
    names: (c) => c.words.scans,
    severities: [2, 3],
    category: "Attempted Information Leak",
    ends: ({ random }) => internal(random, random.whole(1, 9000)),
  },
  {
    id: "ids_brute",
    weight: 0.8,
    truth: "BRUTE_FORCE",
    act: 0.6,
    group: "SCAN",
    names: (c) => c.words.bruteSignatures,
    severities: [1, 2, 2],
    category: "Unsuccessful User Privilege Gain",
    ends: ({ random }) => inbound(random, random.pick([21, 3389, 80, 25])),
  },
  {
    id: "ids_exfil",
    weight: 0.5,
    truth: "EXFILTRATION",
    act: 0.78,
    group: "ATTACK_RESPONSE",
    names: (c) => c.words.exfilSignatures,
    severities: [1, 2],
    category: "Potential Corporate Privacy Violation",
    ends: ({ random }) => outbound(random, random.pick([21, 53, 443])),
  },
  {
    id: "ids_policy",
    weight: 2,
    truth: "POLICY",
    act: 0.18,
    group: "POLICY",
    names: (c) => c.words.policies,
    severities: [3, 3, 2, 1],
    category: "Potential Corporate Privacy Violation",
    ends: ({ random }) => outbound(random, random.pick([80, 443, 6881])),
  },
  {
    id: "ids_info",
    weight: 3,
    truth: "BENIGN",
    act: 0.05,
    group: "INFO",
    names: (c) => c.words.infos,
    severities: [3, 3, 2],
    category: "Misc activity",
    ends: ({ random }) => (random.chance(0.5) ? internal(random, 443) : outbound(random, 443)),
  },
  {
    id: "ids_engine",
    weight: 1.2,
    truth: "BENIGN",
    act: 0.02,
    group: "SURICATA",
    names: (c) => c.words.infos,
    severities: [3],
    category: "Generic Protocol Command Decode",
    ends: ({ random }) => inbound(random, 443),
  },
  {
    id: "ids_false_alarm",
    weight: 0.5,
    truth: "BENIGN",
    otherwise: { truth: "POLICY", share: 0.2 },
    act: 0.3,
    group: "INFO",
    names: (c) => c.words.infos,
    severities: [1],
    category: "Potentially Bad Traffic",
    ends: ({ random }) => outbound(random, 443),
  },
];

/** What an intrusion detection system reports. */
export const ALERTS: readonly Scenario[] = [
  ...KINDS.map(
    ({ group, names, severities, category, ends, ...scenario }): Scenario => ({
      ...scenario,
      line: (c) => alert(c, group, c.random.pick(names(c)), c.random.pick(severities), category, ends(c)),
    }),
  ),
  {
    id: "ids_anomaly",
    weight: 1,
    truth: "BENIGN",
    otherwise: { truth: "RECON", share: 0.12 },
    act: 0.1,
    line: (c) =>
      eve(c, "anomaly", {
        ...inbound(c.random, 443),
        anomaly: {
          type: "decode",
          event: c.random.pick([
            "decoder.ipv4.trunc_pkt",
            "stream.pkt_invalid_ack",
            "APPLAYER_DETECT_PROTOCOL_ONLY_ONE_DIRECTION",
          ]),
        },
      }),
  },
];
