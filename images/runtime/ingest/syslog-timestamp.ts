import { toUtc } from "../timestamp.ts";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAY_MS = 86_400_000;

/** A time without a zone, as RFC 3164 and its relatives write it. */
export interface BsdTime {
  readonly month: string;
  readonly day: string;
  /** HH:MM:SS with or without a fraction. */
  readonly time: string;
  /** Four digits; RFC 3164 leaves it out. */
  readonly year?: string | undefined;
}

/**
 * A BSD time as RFC 3339, read as UTC. Without a year it is the latest year that does not put it more than a day
 * after `receivedAt`: a line of 31 December read on 1 January is last year's, and 29 February finds its leap year.
 * Undefined when there is no such date.
 */
export function fromBsdTime({ month, day, time, year }: BsdTime, receivedAt: string): string | undefined {
  const index = MONTHS.indexOf(month.toLowerCase());
  if (index < 0) return undefined;
  const date = (of: number): string | undefined =>
    toUtc(`${of.toString().padStart(4, "0")}-${pad(index + 1)}-${pad(Number(day))}T${time}Z`);
  if (year !== undefined) return date(Number(year));
  const received = Date.parse(receivedAt);
  const latest = new Date(received + DAY_MS).getUTCFullYear();
  for (let candidate = latest; candidate > latest - 9; candidate--) {
    const found = date(candidate);
    if (found && Date.parse(found) <= received + DAY_MS) return found;
  }
  return undefined;
}

function pad(value: number): string {
  return value.toString().padStart(2, "0");
}
