import type { DsmilEvent, Json } from "../../runtime/event.ts";
import { decodeEvent } from "../../runtime/event-codec.ts";
import type { LineContext, LineFormat, NormalizedLine } from "../../runtime/ingest/normalized-line.ts";
import { parseLine } from "../../runtime/ingest/parse-line.ts";
import type { BatchModel } from "../../runtime/models/batch-model.ts";
import { putLineFeatures } from "../../runtime/models/features/line-features.ts";
import { type Refuser, rejectEvent } from "../../runtime/reject.ts";
import { type Rejected, rejectEntry } from "../../runtime/reject-entry.ts";
import type { Step } from "../../runtime/stage.ts";
import type { StreamEntry } from "../../runtime/stream-entry.ts";
import { toUtc } from "../../runtime/timestamp.ts";
import { type Judged, score } from "./score.ts";

const FORMATS: ReadonlySet<unknown> = new Set<LineFormat>(["auto", "eve", "syslog"]);

/** A line that was understood, before it is judged. */
interface Read {
  readonly kind: "read";
  readonly parsed: NormalizedLine;
  readonly finish: (judged: Judged) => DsmilEvent;
}

/** Decides about L3_IN entries: by the model where it answers, else by the rules; with the event ids they came with. */
export async function route(entries: readonly StreamEntry[], self: Refuser, model: BatchModel): Promise<Step[]> {
  const read = entries.map((entry) => attempt(() => readEntry(entry, self)));
  const lines = read.filter((one) => one.kind === "read");
  const answers = await model.ask(lines, ({ parsed }, out, at) => putLineFeatures(parsed, out, at, parsed.severity));
  let row = 0;
  return read.map((one) => {
    if (one.kind !== "read") return one;
    const probability = answers?.row(row++)[0];
    const said = answers && probability !== undefined ? { model: answers.model, probability } : undefined;
    return attempt(() => ({ kind: "passed", event: one.finish(score(one.parsed, said)) }) as const);
  });
}

function attempt<T>(step: () => T): T | { readonly kind: "failed"; readonly error: Error } {
  try {
    return step();
  } catch (error) {
    return { kind: "failed", error: error as Error };
  }
}

function readEntry(entry: StreamEntry, self: Refuser): Read | Rejected {
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
  const finish = ({ l3, severity }: Judged): DsmilEvent => ({
    event_id,
    tenant_id,
    ts,
    source_device: self.device,
    source_layer: self.layer,
    category,
    severity,
    payload: { format, source, received_at: receivedAt, fields, line },
    l3,
  });
  return { kind: "read", parsed: parsed.value, finish };
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
