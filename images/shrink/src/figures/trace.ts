/** What is kept of an observation: numbers, no text and no name. */
export interface Trace {
  /** When, milliseconds since 1970. */
  readonly at: number;
  /** Hour of the operator's day, 0 to 23. */
  readonly hour: number;
  readonly command: boolean;
  /** A command that ended with an error. */
  readonly failed: boolean;
  /** Keyed digest of the whole text, and of its first word. */
  readonly text: number;
  readonly word: number;
  /** Keystrokes, and how many of them took something back; 0 where they were not told. */
  readonly keys: number;
  readonly corrections: number;
}
