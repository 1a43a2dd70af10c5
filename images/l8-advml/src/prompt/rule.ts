import type { PromptCheck } from "../../../runtime/soc/prompt-check.ts";

export type Origin = PromptCheck["prompt_check"]["origin"];

/** One sign of an attempt to take a language model over. */
export interface Rule {
  /** `family.name` */
  readonly id: string;
  /** How much it says by itself, 0 to 1. */
  readonly weight: number;
  /** For text as `viewsOf` gives it; never more than linear in its length. */
  readonly pattern: RegExp;
  /** Where it counts (default: everywhere). */
  readonly origins?: readonly Origin[];
}

/**
 * A rule whose pattern is put together from parts: `~` is up to three words, `~~` up to eight, each of at most 24
 * characters, so that no gap can be long; a blank is a blank.
 */
export function rule(id: string, weight: number, pattern: string, origins?: readonly Origin[]): Rule {
  const gapped = pattern.replaceAll("~~ ", "(?:\\S{1,24} ){0,8}").replaceAll("~ ", "(?:\\S{1,24} ){0,3}");
  return { id, weight, pattern: new RegExp(gapped, "g"), ...(origins && { origins }) };
}
