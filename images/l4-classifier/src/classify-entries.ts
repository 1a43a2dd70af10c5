import type { DsmilEvent } from "../../runtime/event.ts";
import { decodeEvent } from "../../runtime/event-codec.ts";
import { Facts } from "../../runtime/facts.ts";
import type { LineFields } from "../../runtime/ingest/normalized-line.ts";
import type { Answers, BatchModel } from "../../runtime/models/batch-model.ts";
import { putLineFeatures } from "../../runtime/models/features/line-features.ts";
import type { Refuser } from "../../runtime/reject.ts";
import { type Rejected, rejectEntry } from "../../runtime/reject-entry.ts";
import type { Step } from "../../runtime/stage.ts";
import type { StreamEntry } from "../../runtime/stream-entry.ts";
import { classify } from "./classify.ts";
import { classifyByModel } from "./classify-by-model.ts";

interface Read {
  readonly kind: "read";
  readonly event: DsmilEvent;
  readonly fields: LineFields;
}

/** Classifies L4_IN entries: by the model where it answers, else by evidence; with the event ids they came with. */
export async function classifyEntries(
  entries: readonly StreamEntry[],
  self: Refuser,
  model: BatchModel,
): Promise<Step[]> {
  const read = entries.map((entry) => readEntry(entry, self));
  const known = read.filter((one) => one.kind === "read");
  const answers = await model.ask(known, ({ event, fields }, out, at) => {
    putLineFeatures({ format: String(event.payload.format ?? ""), category: event.category, fields }, out, at);
  });
  let row = 0;
  return read.map((one) => (one.kind === "read" ? finish(one, self, answers, row++) : one));
}

function readEntry(entry: StreamEntry, self: Refuser): Read | Rejected {
  const decoded = decodeEvent(entry.event, self.tenant);
  if (!decoded.ok) return rejectEntry(entry, decoded.reason, decoded.detail, self);
  const { value: event } = decoded;
  const fields = event.payload.fields;
  if (isFields(fields)) return { kind: "read", event, fields };
  const detail = "payload.fields is no object of texts and numbers";
  return rejectEntry(entry, "payload_invalid", detail, self, event.event_id);
}

function finish({ event, fields }: Read, self: Refuser, answers: Answers | undefined, row: number): Step {
  try {
    const facts = new Facts(event.category, fields);
    const { l4, severity } = answers
      ? classifyByModel(facts, event.severity, answers.model, answers.row(row))
      : classify(facts, event.l3, event.severity);
    const by = { source_device: self.device, source_layer: self.layer };
    return { kind: "passed", event: { ...event, ...by, severity, l4 } };
  } catch (error) {
    return { kind: "failed", error: error as Error };
  }
}

function isFields(value: unknown): value is LineFields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((field) => typeof field === "string" || typeof field === "number");
}
