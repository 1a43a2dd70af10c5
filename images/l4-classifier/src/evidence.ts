import type { Facts } from "../../runtime/facts.ts";
import type { ThreatClass } from "./classes.ts";

/** One fact that speaks for a class. */
export interface Evidence {
  /** Stable name, shown in `l4.evidence`. */
  readonly id: string;
  readonly class: ThreatClass;
  /** How much it says by itself, 0 to 1. */
  readonly weight: number;
  readonly applies: (facts: Facts) => boolean;
}

const MIB = 1024 * 1024;
const signature = (pattern: RegExp) => (facts: Facts) =>
  pattern.test(`${facts.text("signature")} ${facts.text("alert_category")}`);
const message = (pattern: RegExp) => (facts: Facts) => pattern.test(facts.text("message"));
const ssh =
  (...kinds: readonly string[]) =>
  (facts: Facts) =>
    facts.is("ssh_fact", ...kinds);

/** All evidence of Layer 4, in the order of docs/services.md. */
export const EVIDENCE: readonly Evidence[] = [
  {
    id: "ssh_auth_failed",
    class: "BRUTE_FORCE",
    weight: 0.5,
    applies: ssh("failed", "invalid_user_failed", "pam_failure"),
  },
  {
    id: "ssh_unknown_user",
    class: "BRUTE_FORCE",
    weight: 0.4,
    applies: ssh("invalid_user", "invalid_user_failed", "not_allowed"),
  },
  { id: "ssh_many_failures", class: "BRUTE_FORCE", weight: 0.85, applies: ssh("too_many_failures", "repeated") },
  { id: "ssh_closed_preauth", class: "BRUTE_FORCE", weight: 0.3, applies: ssh("closed_preauth") },
  {
    id: "sig_brute_force",
    class: "BRUTE_FORCE",
    weight: 0.8,
    applies: signature(/brute ?force|login attempt|password guess|credential/i),
  },
  {
    id: "sig_malware",
    class: "MALWARE_C2",
    weight: 0.85,
    applies: signature(/trojan|malware|ransom|botnet|cobalt ?strike|meterpreter|\brat\b/i),
  },
  {
    id: "sig_c2",
    class: "MALWARE_C2",
    weight: 0.8,
    applies: signature(/command and control|\b(?:c2|cnc)\b|beacon|checkin/i),
  },
  {
    id: "dns_tunnel",
    class: "EXFILTRATION",
    weight: 0.55,
    applies: (f) =>
      f.category === "DNS" &&
      f
        .text("domain")
        .split(".")
        .some((l) => l.length > 45),
  },
  {
    id: "sig_exploit",
    class: "EXPLOIT",
    weight: 0.75,
    applies: signature(
      /exploit|shellcode|overflow|remote code|\brce\b|injection|attempted-(?:admin|user)|web application attack/i,
    ),
  },
  {
    id: "url_attack",
    class: "EXPLOIT",
    weight: 0.6,
    applies: (f) =>
      /\.\.(?:\/|%2f)|\/etc\/passwd|<script|union(?:\s|\+|%20)+select|\$\{jndi:|cmd\.exe/i.test(f.text("url")),
  },
  {
    id: "sig_scan",
    class: "RECON",
    weight: 0.75,
    applies: signature(/\bscan\b|sweep|probe|recon|information leak|enumerat/i),
  },
  { id: "ssh_probe", class: "RECON", weight: 0.6, applies: ssh("no_identification", "bad_protocol", "no_match") },
  {
    id: "agent_scanner",
    class: "RECON",
    weight: 0.75,
    applies: (f) => /sqlmap|nikto|nmap|masscan|zgrab|gobuster|dirbuster|nuclei|acunetix/i.test(f.text("user_agent")),
  },
  {
    id: "url_probe",
    class: "RECON",
    weight: 0.5,
    applies: (f) => /\/\.env\b|\/\.git\/|\/wp-login\.php|\/phpmyadmin/i.test(f.text("url")),
  },
  {
    id: "large_upload",
    class: "EXFILTRATION",
    weight: 0.65,
    applies: (f) => f.number("bytes_out") > 100 * MIB && f.isPublic("dest_ip"),
  },
  {
    id: "lopsided_flow",
    class: "EXFILTRATION",
    weight: 0.35,
    applies: (f) =>
      f.number("bytes_out") > 10 * MIB && f.number("bytes_out") > 20 * f.number("bytes_in") && f.isPublic("dest_ip"),
  },
  {
    id: "sig_exfiltration",
    class: "EXFILTRATION",
    weight: 0.75,
    applies: signature(/exfil|data (?:leak|theft|loss)/i),
  },
  {
    id: "sudo_refused",
    class: "PRIVILEGE_ESCALATION",
    weight: 0.65,
    applies: message(/NOT in sudoers|incorrect password attempt|FAILED SU/i),
  },
  {
    id: "account_change",
    class: "PRIVILEGE_ESCALATION",
    weight: 0.45,
    applies: message(/^(?:new user: name=|add '.+' to (?:shadow )?group '(?:sudo|wheel|root))/),
  },
  {
    id: "ssh_root_password",
    class: "POLICY",
    weight: 0.6,
    applies: (f) => f.is("ssh_fact", "accepted") && f.is("user", "root") && f.is("auth_method", "password"),
  },
  {
    id: "sig_policy",
    class: "POLICY",
    weight: 0.7,
    applies: signature(/policy|inappropriate|corporate privacy|not suspicious/i),
  },
  {
    id: "tls_outdated",
    class: "POLICY",
    weight: 0.6,
    applies: (f) => f.is("tls_version", "SSLv2", "SSLv3", "TLSv1", "TLS 1.0", "TLS 1.1", "TLSv1.1"),
  },
  {
    id: "remote_admin_port",
    class: "POLICY",
    weight: 0.35,
    applies: (f) => f.is("dest_port", 23, 445, 3389, 5900) && f.isPublic("src_ip"),
  },
];
