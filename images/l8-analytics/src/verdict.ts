import { safeJson } from "../../runtime/safe-json.ts";
import type { FusedEvent } from "./fuse.ts";

/** A fused event with its parts as JSON that every store accepts: written once for archive, hot path and stream. */
export interface Verdict {
  readonly event: FusedEvent;
  readonly json: VerdictJson;
}

/** `l3` and `l4` are undefined while the layer has not spoken; `fields` are the payload's. */
export interface VerdictJson {
  readonly fields: string;
  readonly payload: string;
  readonly l3: string | undefined;
  readonly l4: string | undefined;
  readonly l8: string;
}

/** Writes an event's parts as JSON. */
export function verdict(event: FusedEvent): Verdict {
  const { payload, l3, l4, l8 } = event;
  const fields = safeJson(payload.fields ?? {});
  return {
    event,
    json: {
      fields,
      payload: objectJson(payload, payload.fields === undefined ? {} : { fields }),
      l3: l3 && safeJson(l3),
      l4: l4 && safeJson(l4),
      l8: safeJson(l8),
    },
  };
}

/** The event's text for a stream: what `encodeEvent` writes, out of the parts that are there. */
export function encodeVerdict({ event, json: { payload, l3, l4, l8 } }: Verdict): string {
  return objectJson(event, { payload, l3, l4, l8 });
}

/** JSON of an object of which some values are written already, as `JSON.stringify` would put it together. */
export function objectJson(object: object, written: Readonly<Record<string, string | undefined>>): string {
  let text = "";
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    // Keys are whoever's: those of a prototype, such as `toString`, are not written.
    const known = Object.hasOwn(written, key) ? written[key] : undefined;
    text += `${text === "" ? "{" : ","}${safeJson(key)}:${known ?? safeJson(value)}`;
  }
  return text === "" ? "{}" : `${text}}`;
}
