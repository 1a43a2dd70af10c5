import { decodeEvent } from "../../runtime/event-codec.ts";
import { Facts } from "../../runtime/facts.ts";
import type { LineFields } from "../../runtime/ingest/normalized-line.ts";
import type { Refuser } from "../../runtime/reject.ts";
import { rejectEntry } from "../../runtime/reject-entry.ts";
import type { Staged } from "../../runtime/stage.ts";
import type { StreamEntry } from "../../runtime/stream-entry.ts";
import { classify } from "./classify.ts";

/** Classifies one L4_IN entry. Pure: the same entry gives the same answer, with the same event id. */
export function classifyEntry(entry: StreamEntry, self: Refuser): Staged {
  const decoded = decodeEvent(entry.event, self.tenant);
  if (!decoded.ok) return rejectEntry(entry, decoded.reason, decoded.detail, self);
  const { value: event } = decoded;
  const fields = event.payload.fields;
  if (!isFields(fields)) {
    return rejectEntry(
      entry,
      "payload_invalid",
      "payload.fields is no object of texts and numbers",
      self,
      event.event_id,
    );
  }
  const { l4, severity } = classify(new Facts(event.category, fields), event.l3, event.severity);
  return {
    kind: "passed",
    event: { ...event, source_device: self.device, source_layer: self.layer, severity, l4 },
  };
}

function isFields(value: unknown): value is LineFields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((field) => typeof field === "string" || typeof field === "number");
}
