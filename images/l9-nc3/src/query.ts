import { DbeError } from "../../runtime/dbe/codec/error.ts";
import { Fields } from "../../runtime/fields.ts";
import { signedPart } from "../../runtime/stop/stop-order.ts";

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

/**
 * Reads a query.
 * @throws DbeError MALFORMED, TOO_LARGE
 */
export function parseQuery(payload: Buffer): Nc3Query {
  if (payload.length > MAX_QUERY_BYTES) throw new DbeError("TOO_LARGE", `a query of ${payload.length} bytes`);
  try {
    const fields = Fields.parse(payload.toString("utf8"), ["query", "expires_at", "nonce"]);
    fields.text("query", /^status$/);
    return { query: "status", ...signedPart(fields) };
  } catch (error) {
    throw new DbeError("MALFORMED", `the query: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Holds what was signed against the clock.
 * @param now ms since 1970
 * @throws DbeError STALE_TIMESTAMP
 */
export function checkLife({ expiresAt }: Pick<Nc3Query, "expiresAt">, now: number): void {
  if (expiresAt <= now) throw new DbeError("STALE_TIMESTAMP", "it has expired");
  if (expiresAt > now + LONGEST_LIFE_MS) {
    throw new DbeError("STALE_TIMESTAMP", `it expires more than ${LONGEST_LIFE_MS / 60_000} minutes ahead`);
  }
}
