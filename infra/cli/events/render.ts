import pc from "picocolors";

/** The parts of a stored event that a table shows; anything may be missing. */
export interface ShownEvent {
  readonly ts?: string;
  readonly category?: string;
  readonly severity?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly l4?: { readonly class?: string };
}

const COLOURS: Readonly<Record<string, (text: string) => string>> = {
  CRITICAL: (t) => pc.bold(pc.red(t)),
  HIGH: pc.red,
  MEDIUM: pc.yellow,
  LOW: pc.cyan,
  INFO: pc.dim,
};

/** First of these that an event has is its summary: what layer 3 read out of the line, then the line itself. */
const SUMMARY_KEYS = ["summary", "message", "signature", "reason", "event_type"] as const;

export const HEADER = `${"TIME".padEnd(14)} ${"SEVERITY".padEnd(8)} ${"CATEGORY".padEnd(8)} ${"SOURCE".padEnd(10)} SUMMARY`;

/**
 * One event as one line of at most `width` columns. What log lines contain comes from outside: control characters,
 * which a terminal would obey, are shown as `·`.
 */
export function eventLine(event: ShownEvent, width: number): string {
  const time = (event.ts ?? "").slice(5, 19).replace("T", " ").padEnd(14);
  const severity = clean(event.severity ?? "?");
  const paint = COLOURS[severity] ?? ((t: string) => t);
  const fixed = `${column(event.category ?? "?", 8)} ${column(text(event.payload?.source), 10)}`;
  const room = Math.max(10, width - 14 - 1 - 8 - 1 - fixed.length - 1);
  return `${clean(time)} ${paint(severity.padEnd(8))} ${fixed} ${clean(summary(event)).slice(0, room)}`;
}

const column = (value: string, width: number): string => clean(value).slice(0, width).padEnd(width);

/** What happened: the class that layer 4 gave, what layer 3 read out of the line, from where to where. */
export function summary({ payload = {}, l4 }: ShownEvent): string {
  const fields = record(payload.fields);
  const facts = { ...payload, ...fields };
  const key = SUMMARY_KEYS.find((k) => text(facts[k]) !== "");
  const said = key === undefined ? text(payload.line) : text(facts[key]);
  const detail = key === "reason" && text(payload.detail) !== "" ? `${said}: ${text(payload.detail)}` : said;
  const [from, to] = [text(fields.src_ip), text(fields.dest_ip)];
  const way = from !== "" && to !== "" ? ` ${from} → ${to}` : "";
  const judged = l4?.class !== undefined && l4.class !== "BENIGN" ? `${l4.class}: ` : "";
  return `${judged}${detail}${way}`;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Without what a terminal obeys: C0, DEL, C1, and the marks that turn text round. */
export function clean(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
  return value.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "·");
}
