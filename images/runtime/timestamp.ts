const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ]([01]\d|2[0-3]):(\d{2}):(\d{2})(\.\d{1,9})?(Z|z|[+-]\d{2}:?\d{2})$/;

const DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What this function returns itself, with every part in its range; days are checked apart. */
const CANONICAL = /^(\d{4})-(0[1-9]|1[0-2])-(\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * `text` as RFC 3339 in UTC with milliseconds, or undefined when it is no real date. Takes offsets with and without
 * a colon (Suricata writes `+0000`) and fractions up to nanoseconds; leap second 60 counts as 59.
 */
export function toUtc(text: string): string | undefined {
  const canonical = CANONICAL.exec(text);
  if (canonical && canonical[1] !== "0000") {
    return realDay(Number(canonical[1]), Number(canonical[2]), Number(canonical[3])) ? text : undefined;
  }
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", zone = "Z"] = match;
  const offset = zone.toUpperCase() === "Z" ? "Z" : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const seconds = second === "60" ? "59" : second;
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${seconds}${fraction.slice(0, 4)}${offset}`);
  if (Number.isNaN(instant) || !realDay(Number(year), Number(month), Number(day))) return undefined;
  const utc = new Date(instant).toISOString();
  // A year beyond 0001…9999 after the shift to UTC has another form, which the stores refuse.
  return utc.length === 24 && !utc.startsWith("0000") ? utc : undefined;
}

/** Whether the month has that day; Date.parse takes 31 February for 3 March. */
function realDay(year: number, month: number, day: number): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
  return day >= 1 && day <= days;
}
