import pc from "picocolors";

/** The parts of a stored event that a table shows; anything may be missing. */
export interface ShownEvent {
  readonly ts?: string;
  readonly category?: string;
  readonly severity?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly l3?: { readonly rules?: readonly string[] };
  readonly l4?: { readonly class?: string };
}

const COLOURS: Readonly<Record<string, (text: string) => string>> = {
  CRITICAL: (t) => pc.bold(pc.red(t)),
  HIGH: pc.red,
  MEDIUM: pc.yellow,
  LOW: pc.cyan,
  INFO: pc.dim,
};

/** First of these that an event's payload has is its summary. */
const SUMMARY_KEYS = ["summary", "message", "signature", "reason", "line"] as const;

export const HEADER = `${"TIME".padEnd(19)} ${"SEVERITY".padEnd(8)} ${"CATEGORY".padEnd(10)} ${"SOURCE".padEnd(12)} SUMMARY`;

/**
 * One event as one line of at most `width` columns. What log lines contain comes from outside: control characters,
 * which a terminal would obey, are shown as `·`.
 */
export function eventLine(event: ShownEvent, width: number): string {
  const time = (event.ts ?? "").slice(0, 19).replace("T", " ").padEnd(19);
  const severity = clean(event.severity ?? "?");
  const paint = COLOURS[severity] ?? ((t: string) => t);
  const fixed = `${clean(event.category ?? "?")
    .slice(0, 10)
    .padEnd(10)} ${clean(text(event.payload?.source)).slice(0, 12).padEnd(12)}`;
  const room = Math.max(10, width - 19 - 1 - 8 - 1 - fixed.length - 1);
  return `${clean(time)} ${paint(severity.padEnd(8))} ${fixed} ${clean(summary(event)).slice(0, room)}`;
}

/** What happened, in the words of the layers where they said something, else the line itself. */
export function summary({ payload = {}, l3, l4 }: ShownEvent): string {
  const key = SUMMARY_KEYS.find((k) => text(payload[k]) !== "");
  const said = key === undefined ? "" : text(payload[key]);
  const detail = key === "reason" && text(payload.detail) !== "" ? `${said}: ${text(payload.detail)}` : said;
  const judged = [l4?.class, l3?.rules?.[0]].filter((w) => w !== undefined && w !== "").join("/");
  return judged === "" ? detail : `[${judged}] ${detail}`;
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Without what a terminal obeys: C0, DEL, C1, and the marks that turn text round. */
export function clean(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
  return value.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "·");
}
