import type { LineView } from "./line-view.ts";
import type { Feature } from "./signs.ts";
import { entropy, logScaled, share } from "./text-shape.ts";

const CATEGORIES = ["IDS", "AUTH", "NETWORK", "DNS", "WEB", "FILE", "SYSTEM"];
const TYPES = ["alert", "anomaly", "dns", "http", "tls", "ssh", "flow", "netflow", "fileinfo", "stats", "smtp", "krb5"];
const SSH_FACTS = ["failed", "invalid_user_failed", "accepted", "invalid_user", "repeated", "too_many_failures"];
const SSH_ENDS = ["disconnected", "closed_preauth", "no_identification", "bad_protocol", "no_match", "not_allowed"];
const SSH_REST = ["connection", "pam_failure", "session", "server"];
const ADMIN_PORTS = [23, 445, 3389, 5900, 5985];
const WEB_PORTS = [80, 443, 8080, 8443];
const LURED_NAMES = ["root", "admin", "oracle", "postgres", "test", "ubuntu", "git", "guest", "pi", "user"];
const OLD_TLS = ["SSLv2", "SSLv3", "TLSv1", "TLS 1.0", "TLS 1.1", "TLSv1.1"];

const flag = (name: string, of: (view: LineView) => boolean): Feature => ({ name, of: (view) => (of(view) ? 1 : 0) });
const oneOf = (prefix: string, field: string, values: readonly (string | number)[]): Feature[] =>
  values.map((value) => flag(`${prefix}_${value}`, ({ facts }) => facts.is(field, value)));

const origin: readonly Feature[] = [
  flag("format_eve", ({ format }) => format === "eve"),
  ...CATEGORIES.map((name) => flag(`category_${name.toLowerCase()}`, ({ category }) => category === name)),
  ...oneOf("type", "event_type", TYPES),
  ...oneOf("alert_severity", "alert_severity", [1, 2, 3]),
  flag("alert_blocked", ({ facts }) => facts.is("action", "blocked")),
];

const login: readonly Feature[] = [
  ...oneOf("ssh", "ssh_fact", [...SSH_FACTS, ...SSH_ENDS, ...SSH_REST]),
  ...oneOf("auth", "auth_method", ["password", "publickey", "keyboard-interactive/pam"]),
  flag("user_root", ({ facts }) => facts.is("user", "root")),
  flag("user_lured", ({ facts }) => facts.is("user", ...LURED_NAMES)),
  { name: "times", of: ({ facts }) => logScaled(facts.number("times"), 3) },
  flag("facility_auth", ({ facts }) => facts.is("facility", 4, 10, 13)),
];

const network: readonly Feature[] = [
  flag("src_public", ({ facts }) => facts.isPublic("src_ip")),
  flag("dest_public", ({ facts }) => facts.isPublic("dest_ip")),
  // An address that is not told is neither.
  flag("src_inside", ({ facts }) => facts.text("src_ip") !== "" && !facts.isPublic("src_ip")),
  flag("dest_inside", ({ facts }) => facts.text("dest_ip") !== "" && !facts.isPublic("dest_ip")),
  flag("port_admin", ({ facts }) => facts.is("dest_port", ...ADMIN_PORTS)),
  flag("port_web", ({ facts }) => facts.is("dest_port", ...WEB_PORTS)),
  flag("port_dns", ({ facts }) => facts.is("dest_port", 53, 5353)),
  flag("port_ssh", ({ facts }) => facts.is("dest_port", 22)),
  flag("port_high", ({ facts }) => facts.number("dest_port") > 10_000),
  flag("udp", ({ facts }) => facts.is("proto", "UDP")),
  flag("app_unknown", ({ facts }) => facts.is("app_proto", "failed")),
  flag("app_tls", ({ facts }) => facts.is("app_proto", "tls")),
  { name: "bytes_out", of: ({ facts }) => logScaled(facts.number("bytes_out"), 10) },
  { name: "bytes_in", of: ({ facts }) => logScaled(facts.number("bytes_in"), 10) },
  { name: "bytes_ratio", of: ({ facts }) => ratio(facts.number("bytes_out"), facts.number("bytes_in")) },
  flag("upload_large", ({ facts }) => facts.number("bytes_out") > 100 * 1024 * 1024),
  flag("flow_closed", ({ facts }) => facts.is("flow_state", "closed")),
  flag("flow_new", ({ facts }) => facts.is("flow_state", "new")),
];

const names: readonly Feature[] = [
  { name: "label_length", of: ({ longest }) => Math.min(1, longest.length / 63) },
  { name: "label_entropy", of: ({ longest }) => Math.min(1, entropy(longest) / 6) },
  { name: "label_digits", of: ({ longest }) => share(longest, /[0-9]/g) },
  { name: "label_dashes", of: ({ longest }) => Math.min(1, share(longest, /[-_]/g) * 4) },
  { name: "labels", of: ({ labels }) => Math.min(1, labels.length / 10) },
  flag("dns_nxdomain", ({ facts }) => facts.is("dns_code", "NXDOMAIN")),
  flag("dns_carrier_type", ({ facts }) => facts.is("dns_type", "TXT", "NULL", "CNAME")),
];

const web: readonly Feature[] = [
  { name: "url_length", of: ({ rawUrl }) => Math.min(1, rawUrl.length / 256) },
  { name: "url_entropy", of: ({ rawUrl }) => Math.min(1, entropy(rawUrl) / 6) },
  { name: "url_escapes", of: ({ rawUrl }) => Math.min(1, share(rawUrl, /%/g) * 4) },
  { name: "url_marks", of: ({ url }) => Math.min(1, share(url, /['"<>;(){}$|\\]/g) * 8) },
  flag("post", ({ facts }) => facts.is("http_method", "POST", "PUT")),
  flag("status_ok", ({ facts }) => facts.number("http_status") >= 200 && facts.number("http_status") < 400),
  flag("status_client_error", ({ facts }) => facts.number("http_status") >= 400 && facts.number("http_status") < 500),
  flag("status_server_error", ({ facts }) => facts.number("http_status") >= 500),
  flag("agent_none", ({ category, agent }) => category === "WEB" && agent === ""),
  flag("tls_old", ({ facts }) => facts.is("tls_version", ...OLD_TLS)),
  flag("tls_no_name", ({ facts, labels }) => facts.is("event_type", "tls") && labels.length === 0),
  { name: "file_size", of: ({ facts }) => logScaled(facts.number("file_size"), 10) },
  flag("file_executable", ({ facts }) => /\.(?:exe|dll|ps1|hta|scr|jar|bat|vbs)$/i.test(facts.text("filename"))),
  { name: "message_length", of: ({ message }) => Math.min(1, message.length / 512) },
];

/** Features that are values, choices and shapes; the rest are patterns and words. */
export const VALUES: readonly Feature[] = [...origin, ...login, ...network, ...names, ...web];

/** -1 (all in) to 1 (all out), by orders of magnitude; 0 where nothing is known. */
function ratio(out: number, back: number): number {
  const [sent, got] = [out, back].map((bytes) => Math.max(0, Math.min(1e15, bytes)));
  return Math.max(-1, Math.min(1, (Math.log10(1 + (sent ?? 0)) - Math.log10(1 + (got ?? 0))) / 4));
}
