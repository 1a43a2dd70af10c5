import type { Rule } from "../rule.ts";
import { EXFILTRATION } from "./exfiltration.ts";
import { FORCE } from "./force.ts";
import { INDIRECT } from "./indirect.ts";
import { OVERRIDE, SQUEEZED_OVERRIDE } from "./override.ts";
import { PERSONA, SQUEEZED_PERSONA } from "./persona.ts";
import { PROMPT_EXTRACTION, SQUEEZED_PROMPT } from "./prompt-extraction.ts";
import { SMUGGLING } from "./smuggling.ts";

/** Every rule, by family. */
export const RULES: readonly Rule[] = [
  ...OVERRIDE,
  ...PERSONA,
  ...PROMPT_EXTRACTION,
  ...FORCE,
  ...SMUGGLING,
  ...EXFILTRATION,
  ...INDIRECT,
];

/** Rules for letters alone. */
export const SQUEEZED_RULES: readonly Rule[] = [SQUEEZED_OVERRIDE, SQUEEZED_PERSONA, SQUEEZED_PROMPT];
