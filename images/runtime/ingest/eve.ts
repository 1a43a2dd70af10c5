import type { RejectReason } from "../reject-reason.ts";
import type { Result } from "../result.ts";
import type { Severity } from "../severity.ts";
import { toUtc } from "../timestamp.ts";
import type { LineFields, NormalizedLine } from "./normalized-line.ts";

type Eve = Readonly<Record<string, unknown>>;

/** Longest text of one field; the line keeps the rest. */
const FIELD_LENGTH = 512;

/** By event_type; a map, as the type is whatever the line says. */
const CATEGORY_OF: ReadonlyMap<string, string> = new Map(
  Object.entries({
    alert: "IDS",
    anomaly: "IDS",
    dns: "DNS",
    http: "WEB",
    http2: "WEB",
    krb5: "AUTH",
    fileinfo: "FILE",
    stats: "SYSTEM",
    engine: "SYSTEM",
  }),
);

/** Suricata's alert severities (1 gravest) as ours. */
const ALERT_SEVERITY: readonly Severity[] = ["HIGH", "HIGH", "MEDIUM", "LOW"];

/**
 * Reads one line of Suricata's eve.json (docs.suricata.io, "EVE JSON Output"). `timestamp` and `event_type` are
 * required; of the rest, the key facts are picked and the others stay in the line.
 */
export function parseEve(line: string): Result<NormalizedLine> {
  const eve = parse(line);
  if (eve === undefined) return refused("eve_not_json", "the line is no JSON");
  if (eve === null) return refused("eve_not_object", "the JSON is no object");
  const type = eve.event_type;
  if (typeof type !== "string" || type === "") return refused("eve_no_event_type", "no text under event_type");
  const timestamp = eve.timestamp;
  if (timestamp === undefined) return refused("eve_no_timestamp", "no timestamp");
  const ts = typeof timestamp === "string" ? toUtc(timestamp) : undefined;
  if (!ts) return refused("eve_bad_timestamp", `timestamp ${JSON.stringify(timestamp).slice(0, 64)} is no date`);
  return {
    ok: true,
    value: {
      format: "eve",
      ts,
      category: CATEGORY_OF.get(type) ?? "NETWORK",
      severity: severityOf(type, eve),
      fields: fieldsOf(type, eve),
    },
  };
}

function parse(line: string): Eve | null | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && !Array.isArray(value) ? (value as Eve) : null;
  } catch {
    return undefined;
  }
}

function severityOf(type: string, eve: Eve): Severity {
  if (type === "anomaly") return "LOW";
  if (type !== "alert") return "INFO";
  const severity = part(eve, "alert").severity;
  return (typeof severity === "number" && ALERT_SEVERITY[severity]) || "INFO";
}

/** The facts that rules and people ask for, under names all formats share. */
function fieldsOf(type: string, eve: Eve): LineFields {
  const [alert, dns, http, tls, ssh] = ["alert", "dns", "http", "tls", "ssh"].map((key) => part(eve, key)) as [
    Eve,
    Eve,
    Eve,
    Eve,
    Eve,
  ];
  const flow = part(eve, type === "netflow" ? "netflow" : "flow");
  const file = part(eve, "fileinfo");
  const query = Array.isArray(dns.queries) ? (dns.queries[0] as Eve | undefined) : undefined;
  return compact({
    event_type: type,
    src_ip: text(eve.src_ip),
    src_port: whole(eve.src_port),
    dest_ip: text(eve.dest_ip),
    dest_port: whole(eve.dest_port),
    proto: text(eve.proto),
    app_proto: text(eve.app_proto),
    in_iface: text(eve.in_iface),
    flow_id: whole(eve.flow_id),
    signature: text(alert.signature),
    signature_id: whole(alert.signature_id),
    alert_category: text(alert.category),
    alert_severity: whole(alert.severity),
    action: text(alert.action),
    anomaly: text(part(eve, "anomaly").event),
    domain: text(dns.rrname) ?? text(query?.rrname) ?? text(tls.sni) ?? text(http.hostname),
    dns_type: text(dns.rrtype) ?? text(query?.rrtype),
    dns_code: text(dns.rcode),
    url: text(http.url),
    http_method: text(http.http_method),
    http_status: whole(http.status),
    user_agent: text(http.http_user_agent),
    tls_version: text(tls.version),
    tls_subject: text(tls.subject),
    ja3: text(part(tls, "ja3").hash),
    ssh_client: text(part(ssh, "client").software_version),
    filename: text(file.filename),
    file_size: whole(file.size),
    md5: text(file.md5),
    sha1: text(file.sha1),
    sha256: text(file.sha256),
    bytes_out: whole(flow.bytes_toserver) ?? whole(flow.bytes),
    bytes_in: whole(flow.bytes_toclient),
    flow_state: text(flow.state),
  });
}

function part(from: Eve, key: string): Eve {
  const value = from[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Eve) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, FIELD_LENGTH) : undefined;
}

function whole(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}

function compact(fields: LineFields): LineFields {
  const known: Record<string, string | number | undefined> = {};
  for (const key in fields) if (fields[key] !== undefined) known[key] = fields[key];
  return known;
}

function refused(reason: RejectReason, detail: string): Result<never> {
  return { ok: false, reason, detail };
}
