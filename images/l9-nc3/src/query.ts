import { DbeError } from "../../runtime/dbe/codec/error.ts";
import { Fields } from "../../runtime/fields.ts";

/** What two officers ask, in words that both signed. Payload of L9_NC3_QUERY, as JSON. */
export interface Nc3Query {
  /** The only thing that can be asked. */
  readonly query: "status";
  /** ms since 1970 */
  readonly expiresAt: number;
  /** 32 hex digits, never used before. */
  readonly nonce: string;
}

/** Largest query, bytes. */
export const MAX_QUERY_BYTES = 1024;
/** How far ahead a query may expire, ms. */
export const LONGEST_LIFE_MS = 5 * 60_000;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const NONCE = /^[0-9a-f]{32}$/;

/**
 * Reads a query.
 * @throws DbeError MALFORMED, TOO_LARGE
 */
export function parseQuery(payload: Buffer): Nc3Query {
  if (payload.length > MAX_QUERY_BYTES) throw new DbeError("TOO_LARGE", `a query of ${payload.length} bytes`);
  try {
    const fields = Fields.parse(payload.toString("utf8"), ["query", "expires_at", "nonce"]);
    fields.text("query", /^status$/);
    const expiresAt = Date.parse(fields.text("expires_at", INSTANT));
    if (Number.isNaN(expiresAt)) throw fields.wrong("expires_at", "is no time");
    return { query: "status", expiresAt, nonce: fields.text("nonce", NONCE) };
  } catch (error) {
    throw new DbeError("MALFORMED", `the query: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Holds a query against the clock.
 * @param now ms since 1970
 * @throws DbeError STALE_TIMESTAMP
 */
export function checkLife({ expiresAt }: Nc3Query, now: number): void {
  if (expiresAt <= now) throw new DbeError("STALE_TIMESTAMP", "the query has expired");
  if (expiresAt > now + LONGEST_LIFE_MS) {
    throw new DbeError("STALE_TIMESTAMP", `the query expires more than ${LONGEST_LIFE_MS / 60_000} minutes ahead`);
  }
}
