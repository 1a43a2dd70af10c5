/** A value as Prometheus writes it: a number, `NaN`, `+Inf`, `-Inf`; NaN for anything else. */
export function readNumber(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return text.trim() === "" ? Number.NaN : Number(text);
}
