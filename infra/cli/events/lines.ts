/** Longest line that is taken, bytes without its end. */
export const MAX_LINE_BYTES = 64 * 1024;

/** One line of input: its text, or why it is not taken. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly refused: "too_long" | "not_utf8" };

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Splits a byte stream into lines, numbered from 1, holding at most one line of 64 KiB and one chunk in memory. A line
 * that is longer, or that is no UTF-8, is reported and passed over. The last line needs no end.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const splitter = new Splitter();
  for await (const chunk of input) yield* splitter.push(chunk);
  yield* splitter.end();
}

class Splitter {
  #number = 0;
  #kept: Uint8Array[] = [];
  #size = 0;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

  *push(chunk: Uint8Array): Generator<Line> {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at));
      yield this.#take();
      from = at + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  *end(): Generator<Line> {
    if (this.#size > 0) yield this.#take();
  }

  #keep(part: Uint8Array): void {
    this.#size += part.length;
    // One byte more may still be the carriage return of a line's end.
    if (this.#size <= MAX_LINE_BYTES + 1) this.#kept.push(part);
    else this.#kept = [];
  }

  #take(): Line {
    const number = ++this.#number;
    const whole = this.#size <= MAX_LINE_BYTES + 1 ? trimReturn(Buffer.concat(this.#kept)) : undefined;
    this.#kept = [];
    this.#size = 0;
    if (whole === undefined || whole.length > MAX_LINE_BYTES) return { number, refused: "too_long" };
    try {
      return { number, text: this.#decoder.decode(whole) };
    } catch {
      return { number, refused: "not_utf8" };
    }
  }
}

function trimReturn(line: Buffer): Buffer {
  return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
}
