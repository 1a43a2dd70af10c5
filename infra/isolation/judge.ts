import type { Answer, Attempt, Verdict } from "./types.ts";

/** Class of a probe that got no answer: connection lost, time over, wrong credentials of the control. */
export const NO_ANSWER = "!";

/**
 * What an attempt proves. Only the right refusal beside a control that works is a pass; whatever went through is a
 * leak even when the control failed.
 */
export function judge(attempt: Attempt, attack: Answer, control: Answer): Verdict {
  if (wentThrough(attempt, attack.class)) return "leak";
  if (attack.class === NO_ANSWER) return "error";
  if (!attempt.refusals.includes(attack.class)) return "wrong_refusal";
  return attempt.works.includes(control.class) ? "refused" : "inconclusive";
}

function wentThrough({ leaks = [], refusals }: Attempt, answer: string): boolean {
  if (refusals.includes(answer)) return false;
  return answer === "OK" || /^2\d\d$/.test(answer) || leaks.includes(answer);
}
