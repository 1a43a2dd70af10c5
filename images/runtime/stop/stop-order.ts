import { DbeError } from "../dbe/codec/error.ts";
import { Fields } from "../fields.ts";

/** Largest order, bytes. */
export const MAX_ORDER_BYTES = 1024;

interface Signed {
  /** ms since 1970 */
  readonly expiresAt: number;
  /** 32 hex digits, never used before. */
  readonly nonce: string;
}

/** What is asked of the emergency stop. Payload of L9_STOP_REQ, as JSON. */
export type StopOrder =
  | ({ readonly order: "stop"; readonly reason: string } & Signed)
  /** `releases`: the nonce of the stop that it ends. */
  | ({ readonly order: "release"; readonly releases: string } & Signed)
  | { readonly order: "state" };

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const NONCE = /^[0-9a-f]{32}$/;
const REASON = /^[^\p{Cc}\p{Cs}]{0,200}$/u;

/** The fields that a signed request says of its life. @throws Error with what is wrong */
export function signedPart(fields: Fields): Signed {
  const expiresAt = Date.parse(fields.text("expires_at", INSTANT));
  if (Number.isNaN(expiresAt)) throw fields.wrong("expires_at", "is no time");
  return { expiresAt, nonce: fields.text("nonce", NONCE) };
}

/**
 * Reads an order.
 * @throws DbeError MALFORMED, TOO_LARGE
 */
export function parseOrder(payload: Buffer): StopOrder {
  if (payload.length > MAX_ORDER_BYTES) throw new DbeError("TOO_LARGE", `an order of ${payload.length} bytes`);
  try {
    const fields = Fields.parse(payload.toString("utf8"), ["order", "expires_at", "nonce", "reason", "releases"]);
    const order = fields.text("order", /^(?:stop|release|state)$/);
    if (order === "state") {
      Fields.parse(payload.toString("utf8"), ["order"]);
      return { order };
    }
    if (fields.has(order === "stop" ? "releases" : "reason")) throw new Error(`a field that is none of a ${order}'s`);
    if (order === "release") return { order, ...signedPart(fields), releases: fields.text("releases", NONCE) };
    return { order: "stop", ...signedPart(fields), reason: fields.has("reason") ? fields.text("reason", REASON) : "" };
  } catch (error) {
    throw new DbeError("MALFORMED", `the order: ${(error as Error).message}`, { cause: error });
  }
}
