import type { Severity } from "../severity.ts";

/** Longest line, bytes of UTF-8. */
export const MAX_LINE_BYTES = 64 * 1024;

/** How the lines of a source are written; `auto` looks at each line. */
export type LineFormat = "auto" | "eve" | "syslog";

/** What is known of a line besides its text. */
export interface LineContext {
  readonly format: LineFormat;
  /** File or host name given at ingest. */
  readonly source: string;
  /** When it was taken in, RFC 3339; gives the year that RFC 3164 leaves out. */
  readonly receivedAt: string;
}

/** Key facts of a line under common names: `src_ip`, `dest_ip`, `user`, `signature`, `program` … */
export type LineFields = Readonly<Record<string, string | number | undefined>>;

/** A line that was understood. */
export interface NormalizedLine {
  readonly format: "eve" | "syslog";
  /** When it happened, RFC 3339 in UTC. */
  readonly ts: string;
  /** `IDS`, `AUTH`, `NETWORK`, `DNS`, `WEB`, `FILE`, `SYSTEM` */
  readonly category: string;
  /** What the line itself suggests. */
  readonly severity: Severity;
  readonly fields: LineFields;
}
