import type { Tenant } from "../../model/types.ts";
import { eventId } from "./event-id.ts";

/** How a line is to be read by layer 3. */
export type LineFormat = "auto" | "eve" | "syslog";

/** What all events of a run share. */
export interface RunFacts {
  readonly tenant: Tenant;
  readonly run: string;
  readonly format: LineFormat;
  /** Where the lines come from: a file's or a host's name. */
  readonly source: string;
}

/** An event on its way to the tenant's L3_IN. */
export interface OutgoingEvent {
  readonly line: number;
  readonly id: string;
  /** JSON of the stream entry's field `event`. */
  readonly json: string;
}

/** Device and layer 0 stand for "before layer 3": nothing has judged the line yet. */
const INGEST = { source_device: 0, source_layer: 0, category: "INGEST", severity: "INFO" } as const;

/** Wraps one line as the event that layer 3 expects. */
export function envelope(
  { tenant, run, format, source }: RunFacts,
  line: number,
  text: string,
  now: Date,
): OutgoingEvent {
  const id = eventId(tenant.id, run, line);
  const received = now.toISOString();
  const payload = { format, source, line: text, received_at: received };
  const event = { event_id: id, tenant_id: tenant.prefix, ts: received, ...INGEST, payload };
  return { line, id, json: JSON.stringify(event) };
}
