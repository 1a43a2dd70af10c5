import { InvalidArgumentError } from "commander";
import { milliseconds } from "../../model/units.ts";

/** `2h` (ago), `2026-11-21` or `2026-11-21T17:00:00Z` as an instant. */
export function since(text: string, now: Date = new Date()): Date {
  if (/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) {
    const at = new Date(text);
    if (!Number.isNaN(at.getTime())) return at;
  }
  try {
    return new Date(now.getTime() - milliseconds(text));
  } catch {
    throw new InvalidArgumentError("expected a duration such as 2h, a day such as 2026-11-21, or a time in RFC 3339");
  }
}
