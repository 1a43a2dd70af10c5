import type { Facts } from "../../runtime/facts.ts";

/** One reason to look at a line. */
export interface Rule {
  /** Stable name, shown in `l3.rules`. */
  readonly id: string;
  /** How much it says by itself, 0 to 1. */
  readonly weight: number;
  readonly applies: (facts: Facts) => boolean;
}

const MALWARE = /trojan|malware|ransom|botnet|cobalt ?strike|meterpreter|command and control|\b(?:c2|cnc|rat)\b/i;
const EXPLOIT = /exploit|shellcode|overflow|remote code execution|\brce\b|injection|privilege gain/i;
const WEB_ATTACK =
  /\.\.(?:\/|%2f)|\/etc\/passwd|<script|union(?:\s|\+|%20)+select|\/\.env\b|\/\.git\/|\/wp-login\.php|cmd\.exe|\$\{jndi:/i;
const SCANNER = /sqlmap|nikto|nmap|masscan|zgrab|gobuster|dirbuster|nuclei|acunetix/i;
const PRIVILEGE = /authentication failure|incorrect password attempt|NOT in sudoers|FAILED SU/i;
const SYSTEM_FAULT = /\bsegfault\b|out of memory|oom-kill|kernel panic|I\/O error/i;
const LOG_TAMPER = /log (?:file )?(?:cleared|truncated|deleted)|auditd.*(?:stopped|disabled)|history -c/i;
const MIB = 1024 * 1024;

/** All rules of Layer 3, in the order of docs/services.md. Each looks at one line alone. */
export const RULES: readonly Rule[] = [
  { id: "ids_severity_1", weight: 0.75, applies: (f) => f.is("alert_severity", 1) },
  { id: "ids_severity_2", weight: 0.45, applies: (f) => f.is("alert_severity", 2) },
  { id: "ids_severity_3", weight: 0.2, applies: (f) => f.is("alert_severity", 3) },
  {
    id: "ids_malware",
    weight: 0.6,
    applies: (f) => MALWARE.test(`${f.text("signature")} ${f.text("alert_category")}`),
  },
  {
    id: "ids_exploit",
    weight: 0.5,
    applies: (f) => EXPLOIT.test(`${f.text("signature")} ${f.text("alert_category")}`),
  },
  { id: "ids_anomaly", weight: 0.2, applies: (f) => f.is("event_type", "anomaly") },
  { id: "ssh_failed", weight: 0.35, applies: (f) => f.is("ssh_fact", "failed", "invalid_user_failed", "pam_failure") },
  {
    id: "ssh_unknown_user",
    weight: 0.2,
    applies: (f) => f.is("ssh_fact", "invalid_user", "invalid_user_failed", "not_allowed"),
  },
  {
    id: "ssh_root_target",
    weight: 0.2,
    applies: (f) => f.is("user", "root", "admin") && f.is("ssh_fact", "failed", "pam_failure"),
  },
  { id: "ssh_many_failures", weight: 0.75, applies: (f) => f.is("ssh_fact", "too_many_failures", "repeated") },
  {
    id: "ssh_probe",
    weight: 0.3,
    applies: (f) => f.is("ssh_fact", "no_identification", "bad_protocol", "no_match", "closed_preauth"),
  },
  {
    id: "ssh_root_password",
    weight: 0.6,
    applies: (f) => f.is("ssh_fact", "accepted") && f.is("user", "root") && f.is("auth_method", "password"),
  },
  {
    id: "privilege_failure",
    weight: 0.5,
    applies: (f) => f.category === "AUTH" && !f.text("ssh_fact") && PRIVILEGE.test(f.text("message")),
  },
  { id: "log_tamper", weight: 0.8, applies: (f) => LOG_TAMPER.test(f.text("message")) },
  { id: "system_fault", weight: 0.35, applies: (f) => SYSTEM_FAULT.test(f.text("message")) },
  { id: "web_attack", weight: 0.55, applies: (f) => WEB_ATTACK.test(f.text("url")) },
  { id: "web_scanner", weight: 0.4, applies: (f) => SCANNER.test(f.text("user_agent")) },
  {
    id: "dns_long_label",
    weight: 0.5,
    applies: (f) =>
      f.category === "DNS" &&
      f
        .text("domain")
        .split(".")
        .some((l) => l.length > 45),
  },
  { id: "dns_unknown_name", weight: 0.1, applies: (f) => f.is("dns_code", "NXDOMAIN") },
  {
    id: "tls_outdated",
    weight: 0.35,
    applies: (f) => f.is("tls_version", "SSLv2", "SSLv3", "TLSv1", "TLS 1.0", "TLS 1.1", "TLSv1.1"),
  },
  { id: "large_upload", weight: 0.6, applies: (f) => f.number("bytes_out") > 100 * MIB && f.isPublic("dest_ip") },
  {
    id: "remote_admin_port",
    weight: 0.25,
    applies: (f) => f.is("dest_port", 23, 445, 3389, 5900) && f.isPublic("src_ip"),
  },
];
