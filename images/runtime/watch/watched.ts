import { hash } from "node:crypto";

/** Texts by id, as they are now; an id whose file cannot be read has an Error. */
export type Texts = ReadonlyMap<string, string | Error>;

interface Known<T> {
  /** Of the text, which may be a secret and is not kept. */
  readonly digest: string;
  readonly value: T;
}

/**
 * Values that are read from files again and again. A file that is gone takes its value away; one that cannot be read or
 * understood leaves the value of before in force and is told as a problem.
 */
export class Watched<T> {
  private readonly parse: (text: string, id: string) => T;
  private known: ReadonlyMap<string, Known<T>> = new Map();
  private current: ReadonlyMap<string, T> = new Map();
  private wrong: ReadonlyMap<string, string> = new Map();

  /** @param parse throws with what is wrong */
  constructor(parse: (text: string, id: string) => T) {
    this.parse = parse;
  }

  get values(): ReadonlyMap<string, T> {
    return this.current;
  }

  /** What is wrong, by id. */
  get problems(): ReadonlyMap<string, string> {
    return this.wrong;
  }

  /**
   * Takes what the files hold now; ids whose value changed, came or went.
   * @param again parses all texts anew, as what they were checked against has changed
   */
  update(texts: Texts, again = false): readonly string[] {
    const known = new Map<string, Known<T>>();
    const wrong = new Map<string, string>();
    for (const [id, text] of texts) {
      const before = this.known.get(id);
      try {
        if (text instanceof Error) throw text;
        const digest = hash("sha256", text, "base64");
        known.set(id, before?.digest === digest && !again ? before : { digest, value: this.parse(text, id) });
      } catch (error) {
        wrong.set(id, (error as Error).message);
        if (before) known.set(id, before);
      }
    }
    const ids = new Set([...known.keys(), ...this.known.keys()]);
    const changed = [...ids].filter((id) => known.get(id) !== this.known.get(id));
    this.wrong = wrong;
    if (changed.length > 0) {
      this.known = known;
      this.current = new Map([...known].map(([id, { value }]) => [id, value]));
    }
    return changed;
  }
}
