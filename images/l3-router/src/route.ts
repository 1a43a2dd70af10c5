import type { DsmilEvent, Json } from "../../runtime/event.ts";
import { decodeEvent } from "../../runtime/event-codec.ts";
import type { LineContext, LineFormat } from "../../runtime/ingest/normalized-line.ts";
import { parseLine } from "../../runtime/ingest/parse-line.ts";
import { type Refuser, rejectEvent } from "../../runtime/reject.ts";
import { rejectEntry } from "../../runtime/reject-entry.ts";
import type { Staged } from "../../runtime/stage.ts";
import type { StreamEntry } from "../../runtime/stream-entry.ts";
import { toUtc } from "../../runtime/timestamp.ts";
import { score } from "./score.ts";

const FORMATS: ReadonlySet<unknown> = new Set<LineFormat>(["auto", "eve", "syslog"]);

/** Decides about one L3_IN entry. Pure: the same entry gives the same answer, with the same event id. */
export function route(entry: StreamEntry, self: Refuser): Staged {
  const decoded = decodeEvent(entry.event, self.tenant);
  if (!decoded.ok) return rejectEntry(entry, decoded.reason, decoded.detail, self);
  const { event_id, tenant_id, payload } = decoded.value;
  const input = readInput(payload);
  if (typeof input === "string") return rejectEntry(entry, "payload_invalid", input, self, event_id);
  const { line, context } = input;
  const { source, receivedAt } = context;
  const parsed = parseLine(line, context);
  if (!parsed.ok) {
    const { reason, detail } = parsed;
    const refusal = { reason, detail, line, source, receivedAt, eventId: event_id, entry: `${entry.key}/${entry.id}` };
    return { kind: "rejected", reason, event: rejectEvent(refusal, self) };
  }
  const { format, ts, category, fields } = parsed.value;
  const { l3, severity } = score(parsed.value);
  const event: DsmilEvent = {
    event_id,
    tenant_id,
    ts,
    source_device: self.device,
    source_layer: self.layer,
    category,
    severity,
    payload: { format, source, received_at: receivedAt, fields, line },
    l3,
  };
  return { kind: "passed", event };
}

/** The line and its context out of an L3_IN payload, or what is wrong with it. */
function readInput(
  payload: Readonly<Record<string, Json | undefined>>,
): { line: string; context: LineContext } | string {
  const { format, source, line, received_at } = payload;
  if (!FORMATS.has(format)) return "payload.format is none of auto, eve, syslog";
  if (typeof source !== "string" || source === "" || source.length > 256)
    return "payload.source is no text of 1 to 256";
  if (typeof line !== "string") return "payload.line is no text";
  const receivedAt = typeof received_at === "string" ? toUtc(received_at) : undefined;
  if (!receivedAt) return "payload.received_at is no RFC 3339 time";
  return { line, context: { format: format as LineFormat, source, receivedAt } };
}
