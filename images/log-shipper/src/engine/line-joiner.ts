import type { EngineMessage } from "../../../runtime/engine/message.ts";

/** A whole line of a container. */
export interface WholeLine {
  readonly text: string;
  /** Of its first part, nanoseconds since 1970. */
  readonly time: string;
}

interface Open<P> {
  readonly text: string;
  readonly time: string;
  /** Where its first part is. */
  readonly at: P;
  /** When it was read last. */
  readonly touched: number;
}

/** Longest line that is shipped, characters; the rest of a longer one is left out. */
export const MOST_LINE = 256 * 1024;
/** A line that is not ended for so long is shipped as it is: its program may be gone. */
const PATIENCE_MS = 10_000;

/** Puts lines together again that the engine cut, for stdout and stderr each. Holds at most one open line of each. */
export class LineJoiner<P> {
  private readonly open = new Map<string, Open<P>>();
  /** Streams in which the rest of a line that was too long is still to come. */
  private readonly skipping = new Set<string>();
  /** Lines that were cut short. */
  cut = 0;

  /** Takes the next message, which begins at `at`; the line that it ends, if it does. */
  add({ text, stream, time }: EngineMessage, at: P, now: number = Date.now()): WholeLine | undefined {
    const ends = text.endsWith("\n");
    if (this.skipping.has(stream)) {
      if (ends) this.skipping.delete(stream);
      return undefined;
    }
    const before = this.open.get(stream);
    const joined = (before?.text ?? "") + (ends ? text.replace(/\r?\n$/, "") : text);
    const first = before ?? { time, at };
    if (joined.length > MOST_LINE) {
      this.open.delete(stream);
      if (!ends) this.skipping.add(stream);
      this.cut += 1;
      return { text: joined.slice(0, MOST_LINE), time: first.time };
    }
    if (!ends) {
      this.open.set(stream, { text: joined, time: first.time, at: first.at, touched: now });
      return undefined;
    }
    this.open.delete(stream);
    return { text: joined, time: first.time };
  }

  /** Lines whose end does not come; all that are open where no more can come. */
  overdue(all: boolean, now: number = Date.now()): WholeLine[] {
    const found = [...this.open].filter(([, { touched }]) => all || now - touched > PATIENCE_MS);
    for (const [stream] of found) this.open.delete(stream);
    return found.map(([, { text, time }]) => ({ text, time }));
  }

  /** Where the first open line begins. */
  get oldest(): P | undefined {
    // Maps keep the order in which keys came, and a line is deleted before the next one of its stream is opened.
    return this.open.values().next().value?.at;
  }
}
