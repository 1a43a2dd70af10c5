import type { RejectReason } from "../reject-reason.ts";
import type { Result } from "../result.ts";
import type { Severity } from "../severity.ts";
import { toUtc } from "../timestamp.ts";
import type { LineContext, LineFields, NormalizedLine } from "./normalized-line.ts";
import { readSshd } from "./sshd.ts";
import { fromBsdTime } from "./syslog-timestamp.ts";

/** Severities of RFC 5424 table 2 (0 emergency … 7 debug) as ours. */
const SEVERITY_OF: readonly Severity[] = ["CRITICAL", "CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO", "INFO", "INFO"];
const AUTH_FACILITIES: ReadonlySet<number> = new Set([4, 10, 13]);
const AUTH_PROGRAMS = /^(?:sshd(?:-session|-auth)?|sudo|su|login|polkitd?|systemd-logind|CRON|cron|passwd|useradd)$/;

const PRIORITY = /^<(\d{1,3})>/;
const RFC5424 =
  /^1 (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (-|(?:\[(?:[^\]"\\]|"(?:[^"\\]|\\.)*"|\\.)*\])+)(?: ([\s\S]*))?$/;
const BSD = /^([A-Z][a-z]{2}) {1,2}(\d{1,2})(?: (\d{4}))? (\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?):? ([\s\S]*)$/;
const YEAR_FIRST = /^(\d{4}) ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?) ([\s\S]*)$/;
const ISO = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}\S*) ([\s\S]*)$/;
const TAGGED = /^(?:(\S{1,255}) )?([A-Za-z0-9_.\-/()@]{1,64})(?:\[([0-9]{1,10})\])?: ?([\s\S]*)$/;

interface Parts {
  readonly ts: string;
  readonly host?: string | undefined;
  readonly program?: string | undefined;
  readonly pid?: string | undefined;
  readonly message: string;
}

type Failure = Extract<Result<never>, { ok: false }>;

/**
 * Reads a syslog line: RFC 5424, RFC 3164, and what log files hold (no priority; RFC 3339 or BSD time, with or
 * without a year). A bare sshd message without any header is taken too, as `sshd -e` writes it. Times without a zone
 * are UTC.
 */
export function parseSyslog(line: string, context: LineContext): Result<NormalizedLine> {
  const priority = PRIORITY.exec(line);
  if (!priority && line.startsWith("<")) return refused("syslog_bad_priority", "`<` without a priority number and `>`");
  const level = priority ? Number(priority[1]) : undefined;
  if (level !== undefined && level > 191) return refused("syslog_bad_priority", `priority ${level} is above 191`);
  const rest = priority ? line.slice(priority[0].length) : line;
  const parts = /^1 \S/.test(rest) && priority ? rfc5424(rest) : headed(rest, context);
  if ("reason" in parts) return parts;
  if (parts.message.trim() === "") return refused("syslog_no_message", "a header without a message");
  return { ok: true, value: normalize(parts, level, context) };
}

function rfc5424(rest: string): Parts | Failure {
  const match = RFC5424.exec(rest);
  if (!match) return refused("syslog_bad_header", "the header does not follow RFC 5424 §6");
  const [, time = "", host, program, pid, , , message = ""] = match;
  const ts = toUtc(time);
  // NILVALUE is allowed for the time (§6.2.3); such a line has no time of its own.
  if (!ts && time !== "-") return refused("syslog_bad_timestamp", `${time.slice(0, 40)} is no RFC 3339 time`);
  // RFC 5424 §6.4: a UTF-8 message may begin with a byte order mark.
  return {
    ts: ts ?? "",
    host: value(host),
    program: value(program),
    pid: value(pid),
    message: message.replace(/^\ufeff/, ""),
  };
}

function headed(rest: string, context: LineContext): Parts | Failure {
  const found = timeOf(rest, context.receivedAt);
  if (!found) {
    const bare = readSshd(rest);
    if (bare) return { ts: context.receivedAt, host: undefined, program: "sshd", message: rest };
    return refused("format_unknown", "neither EVE JSON nor a syslog header");
  }
  if (found.ts === undefined) return refused("syslog_bad_timestamp", `${rest.slice(0, 32)} holds no real date`);
  const tagged = TAGGED.exec(found.rest);
  if (!tagged) return { ts: found.ts, ...untagged(found.rest) };
  const [, host, program, pid, message = ""] = tagged;
  return { ts: found.ts, host, program, pid, message };
}

/** RFC 3164 §4.1.3 makes the tag optional: host, then text. */
function untagged(rest: string): Omit<Parts, "ts"> {
  const space = rest.indexOf(" ");
  return space > 0 ? { host: rest.slice(0, space), message: rest.slice(space + 1) } : { message: "" };
}

function timeOf(rest: string, receivedAt: string): { ts: string | undefined; rest: string } | undefined {
  const bsd = BSD.exec(rest);
  if (bsd) {
    const [, month = "", day = "", year, time = "", after = ""] = bsd;
    return { ts: fromBsdTime({ month, day, time, year }, receivedAt), rest: after };
  }
  const yearFirst = YEAR_FIRST.exec(rest);
  if (yearFirst) {
    const [, year, month = "", day = "", time = "", after = ""] = yearFirst;
    return { ts: fromBsdTime({ month, day, time, year }, receivedAt), rest: after };
  }
  const iso = ISO.exec(rest);
  if (!iso) return undefined;
  const [, time = "", after = ""] = iso;
  return { ts: toUtc(time) ?? toUtc(`${time}Z`), rest: after };
}

function normalize(parts: Parts, level: number | undefined, context: LineContext): NormalizedLine {
  const { host, program, pid, message } = parts;
  const facility = level === undefined ? undefined : level >> 3;
  const hint = level === undefined ? "INFO" : (SEVERITY_OF[level & 7] ?? "INFO");
  const auth = (program && AUTH_PROGRAMS.test(program)) || (facility !== undefined && AUTH_FACILITIES.has(facility));
  const ssh = program?.startsWith("sshd") ? readSshd(message) : undefined;
  const fields: Record<string, string | number | undefined> = { ...ssh, message: message.slice(0, 1024) };
  if (host) fields.host = host;
  if (program) fields.program = program;
  if (pid && /^\d{1,10}$/.test(pid)) fields.pid = Number(pid);
  if (facility !== undefined) fields.facility = facility;
  return {
    format: "syslog",
    ts: parts.ts || context.receivedAt,
    category: auth ? "AUTH" : "SYSTEM",
    severity: hint,
    fields: fields as LineFields,
  };
}

function value(text: string | undefined): string | undefined {
  return text === "-" ? undefined : text;
}

function refused(reason: RejectReason, detail: string): Failure {
  return { ok: false, reason, detail };
}
