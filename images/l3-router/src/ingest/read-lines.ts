import { randomUUID } from "node:crypto";
import { Refusal } from "../../../runtime/api/refusal.ts";
import type { DsmilEvent } from "../../../runtime/event.ts";
import { encodeEvent, MAX_EVENT_LENGTH } from "../../../runtime/event-codec.ts";
import { type LineFormat, MAX_LINE_BYTES } from "../../../runtime/ingest/normalized-line.ts";
import { jsonObject } from "../../../runtime/json-object.ts";
import { toUtc } from "../../../runtime/timestamp.ts";
import type { BufferedEvent } from "./event-buffer.ts";

/** Most lines of one request. */
export const MAX_LINES = 2000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const FORMATS: ReadonlySet<unknown> = new Set<LineFormat>(["auto", "eve", "syslog"]);
const KEYS: ReadonlySet<string> = new Set(["line", "source", "format", "received_at", "event_id"]);
/** Device and layer 0 stand for "before layer 3": nothing has judged the line yet. */
const INGEST = { source_device: 0, source_layer: 0, category: "INGEST", severity: "INFO" } as const;

/**
 * The events of an NDJSON body, a JSON object a line: `line`, `source`, and optionally `format`, `received_at`, `event_id`.
 * @throws Refusal naming the first line that is wrong: all are taken or none
 */
export function readLines(body: string, tenant: string, now: Date): readonly BufferedEvent[] {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new Refusal(400, "empty", "The body has no line.");
  if (lines.length > MAX_LINES) {
    throw new Refusal(413, "too_many_lines", `The body has ${lines.length} lines; ${MAX_LINES} are taken at once.`);
  }
  return lines.map((line, index) => toEvent(line, tenant, now, (why) => wrong(index, why)));
}

function toEvent(text: string, tenant: string, now: Date, refuse: (why: string) => Refusal): BufferedEvent {
  const fields = jsonObject(text);
  if (!fields) throw refuse("is no JSON object");
  const unknown = Object.keys(fields).find((key) => !KEYS.has(key));
  if (unknown !== undefined) throw refuse(`has an unknown key ${unknown.slice(0, 32)}`);
  const { line, source, format = "auto", received_at, event_id = randomUUID() } = fields;
  if (typeof line !== "string") throw refuse("has no text `line`");
  if (Buffer.byteLength(line) > MAX_LINE_BYTES) throw refuse(`has a \`line\` of more than ${MAX_LINE_BYTES} bytes`);
  if (typeof source !== "string" || source === "" || source.length > 256) throw refuse("has no `source` of 1 to 256");
  if (!FORMATS.has(format)) throw refuse("has a `format` that is none of auto, eve, syslog");
  if (typeof event_id !== "string" || !UUID.test(event_id))
    throw refuse("has an `event_id` that is no UUID in lower case");
  const ts =
    received_at === undefined ? now.toISOString() : typeof received_at === "string" ? toUtc(received_at) : undefined;
  if (!ts) throw refuse("has a `received_at` that is no RFC 3339 time");
  const payload = { format: format as LineFormat, source, line, received_at: ts };
  const event: DsmilEvent = { event_id, tenant_id: tenant, ts, ...INGEST, payload };
  const encoded = encodeEvent(event);
  if (encoded.length > MAX_EVENT_LENGTH) throw refuse(`is longer than ${MAX_EVENT_LENGTH} characters as an event`);
  return { id: event_id, text: encoded };
}

function wrong(index: number, why: string): Refusal {
  return new Refusal(400, "invalid_line", `Line ${index + 1} ${why}; no line of this request was taken.`);
}
