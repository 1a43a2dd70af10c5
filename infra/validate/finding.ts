import type { Finding, Known } from "./types.ts";

/** A finding from what is known; open, with the reason, where it is not. */
export function from<T>(known: Known<T>, judge: (value: T) => Finding): Finding {
  return "value" in known ? judge(known.value) : { verdict: "open", evidence: known.problem };
}

/** A pass or a failure with its evidence; the remedy is told with a failure only. */
export const holds = (is: boolean, evidence: string, remedy: string): Finding =>
  is ? { verdict: "pass", evidence } : { verdict: "fail", evidence, remedy };

/** The first names, and how many more. */
export function names(all: readonly string[], most = 4): string {
  return all.length > most ? `${all.slice(0, most).join(", ")} and ${all.length - most} more` : all.join(", ");
}
