import type { Random } from "../random.ts";

/** How something is spoken. */
export interface Voice {
  /** As espeak-ng names it: language, and a variant. */
  readonly name: string;
  /** Words a minute. */
  readonly speed: number;
  /** 0 to 99. */
  readonly pitch: number;
}

const LANGUAGES = ["en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland"];
const VARIANTS = [
  "m1",
  "m2",
  "m3",
  "m4",
  "m6",
  "m7",
  "f1",
  "f2",
  "f3",
  "f5",
  "Andy",
  "steph",
  "linda",
  "klatt",
  "klatt2",
  "paul",
];
/** Accents and timbres that are never trained on. */
const UNSEEN_LANGUAGES = ["en-gb-x-gbcwmd", "en-us", "en-gb"];
const UNSEEN_VARIANTS = ["m5", "f4", "Annie", "klatt4", "edward", "shelby", "m8", "belinda"];

/** A voice by chance. */
export function voice(random: Random, unseen: boolean): Voice {
  const language = random.pick(unseen ? UNSEEN_LANGUAGES : LANGUAGES);
  const variant = random.pick(unseen ? UNSEEN_VARIANTS : VARIANTS);
  return { name: `${language}+${variant}`, speed: random.whole(115, 195), pitch: random.whole(20, 80) };
}
