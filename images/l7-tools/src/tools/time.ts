import { type Tool, ToolError } from "../tool.ts";

export interface TimeInput {
  readonly value: string | number;
  readonly unit?: Unit;
  readonly until?: string | number;
}

type Unit = "auto" | "seconds" | "milliseconds" | "filetime";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
/** Between 1601, where Windows begins to count, and 1970, ms. */
const FILETIME_MS = 11_644_473_600_000;
/** Larger whole numbers are milliseconds: as seconds they were after the year 5138. */
const SECONDS_MOST = 1e11;
/** Larger still are steps of 100 ns since 1601. */
const MILLISECONDS_MOST = 1e15;
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const RFC3339 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

/** A moment in the forms in use, and how long it is until another one. Without an offset a time is UTC. */
export const time: Tool<TimeInput> = ({ value, unit = "auto", until }) => {
  const at = momentOf(value, unit, "value");
  if (until === undefined) return told(at);
  const then = momentOf(until, unit, "until");
  return { ...told(at), until: told(then), difference: { seconds: (then - at) / 1000, text: spanOf(then - at) } };
};

function momentOf(value: string | number, unit: Unit, name: string): number {
  const number =
    typeof value === "number" ? value : /^-?\d{1,20}(?:\.\d{1,9})?$/.test(value.trim()) ? Number(value) : undefined;
  const ms = number === undefined ? parsed(String(value).trim()) : fromNumber(number, unit);
  if (Number.isFinite(ms) && ms >= -FILETIME_MS && ms <= LAST) return Math.round(ms);
  throw new ToolError(`${name}: no RFC 3339 time and no count from 1601 to 9999`);
}

function parsed(text: string): number {
  if (!RFC3339.test(text)) return Number.NaN;
  const iso = text.replace(" ", "T").replace(/([+-]\d\d)(\d\d)$/, "$1:$2");
  return Date.parse(iso.length === 10 || /(?:Z|[+-]\d\d:\d\d)$/i.test(iso) ? iso : `${iso}Z`);
}

function fromNumber(number: number, unit: Unit): number {
  const size = Math.abs(number);
  const meant =
    unit !== "auto" ? unit : size <= SECONDS_MOST ? "seconds" : size <= MILLISECONDS_MOST ? "milliseconds" : "filetime";
  if (meant === "seconds") return number * 1000;
  return meant === "milliseconds" ? number : number / 10_000 - FILETIME_MS;
}

function told(ms: number) {
  const date = new Date(ms);
  return {
    rfc3339: date.toISOString(),
    unix_seconds: ms / 1000,
    unix_milliseconds: ms,
    weekday: DAYS[date.getUTCDay()],
  };
}

function spanOf(ms: number): string {
  const sizes = [86_400_000, 3_600_000, 60_000, 1000] as const;
  let rest = Math.abs(ms);
  const parts = sizes.map((size, i) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return `${count}${"dhms"[i]}`;
  });
  return `${ms < 0 ? "-" : ""}${parts.join(" ")}`;
}
