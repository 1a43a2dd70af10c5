/** The words that are known. */
export const WORDS = [
  "stop",
  "release",
  "alpha",
  "bravo",
  "yes",
  "no",
  "alert",
  "block",
  "host",
  "status",
  "help",
  "cancel",
] as const;

export type Word = (typeof WORDS)[number];

/** The model's columns: a probability a word, of another word, and of no word in the middle of the window. */
export const SPEECH_COLUMNS: readonly string[] = [...WORDS, "unknown", "none"];
