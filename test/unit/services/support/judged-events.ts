import { situationOf } from "../../../../images/l9-coa/src/situation.ts";
import type { JudgedEvent } from "../../../../images/runtime/soc/archive-lookup.ts";

export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
/** A refused login at noon and `n` seconds, unless `more` says otherwise. */
export const event = (n: number, more: Partial<JudgedEvent> = {}): JudgedEvent => ({
  event_id: uuid(n),
  ts: `2026-11-21T12:00:${String(n % 60).padStart(2, "0")}.000Z`,
  severity: "MEDIUM",
  category: "AUTH",
  class: "BRUTE_FORCE",
  confidence: 0.8,
  fields: { src_ip: "203.0.113.7", user: "root", host: "web-1", program: "sshd" },
  ...more,
});
/** Nothing beside the events that are looked at closely. */
export const NONE = { count: 0, first: null, last: null, severities: [] };
export const of = (...events: JudgedEvent[]) => situationOf(events, NONE);
