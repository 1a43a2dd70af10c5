import type { CLASSES } from "../../images/l4-classifier/src/classes.ts";
import type { Random } from "./random.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What a maker of lines draws from. */
export interface Context {
  readonly random: Random;
  readonly words: Vocabulary;
}

/** What a line truly is. */
export type ThreatLabel = (typeof CLASSES)[number];

/** One kind of thing that happens on a network or host, and what an analyst makes of it. */
export interface Scenario {
  readonly id: string;
  /** How often, relative to the others. */
  readonly weight: number;
  readonly truth: ThreatLabel;
  /** Another truth that looks the same, and how often it is that. */
  readonly otherwise?: { readonly truth: ThreatLabel; readonly share: number };
  /** How probable it is that an analyst confirms the line as one to act on; what Layer 3's score estimates. */
  readonly act: number;
  /** One raw line, as a sensor writes it. */
  readonly line: (context: Context) => string;
}
