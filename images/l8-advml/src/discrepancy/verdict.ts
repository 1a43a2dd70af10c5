import { decodeEvent, MAX_EVENT_LENGTH } from "../../../runtime/event-codec.ts";
import { type JsonObject, jsonObject } from "../../../runtime/json-object.ts";
import type { RejectReason } from "../../../runtime/reject-reason.ts";

/** What an entry of SOC_EVENTS says of an event, as far as device 51 compares it. */
export interface Verdict {
  /** UUID; absent in an entry that names none. */
  readonly eventId?: string;
  /** Layer 3's result, as it is written. */
  readonly l3?: JsonObject;
  readonly l4?: JsonObject;
}

/** Why an entry is no event. */
interface Refused {
  readonly reason: RejectReason;
  readonly detail: string;
}

/** What an entry says, and what is wrong with it; one of the two at least. */
export interface ReadVerdict {
  readonly verdict?: Verdict;
  readonly refused?: Refused;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Reads an entry of SOC_EVENTS. One that is no event by the rules, but has a score of each layer, is read all the same:
 * whoever forges an entry need not forge it well, and what it says is evidence.
 */
export function readVerdict(text: string | undefined, tenant: string): ReadVerdict {
  const decoded = decodeEvent(text, tenant);
  if (decoded.ok) {
    const { event_id: eventId, l3, l4 } = decoded.value;
    return {
      verdict: {
        eventId,
        ...(l3 && { l3: l3 as unknown as JsonObject }),
        ...(l4 && { l4: l4 as unknown as JsonObject }),
      },
    };
  }
  const forged = text !== undefined && text.length <= MAX_EVENT_LENGTH ? jsonObject(text) : undefined;
  const { l3, l4, tenant_id, event_id } = forged ?? {};
  if (isObject(l3) && isObject(l4) && isUnit(l3.score) && isUnit(l4.confidence) && tenant_id === tenant) {
    const named = typeof event_id === "string" && UUID.test(event_id) ? { eventId: event_id } : {};
    return { verdict: { ...named, l3, l4 }, refused: decoded };
  }
  return { refused: decoded };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUnit(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}
