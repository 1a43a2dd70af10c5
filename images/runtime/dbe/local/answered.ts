import type { Envelope } from "../codec/types.ts";
import { firstSent } from "./first-sent.ts";

/** Bounds of what an inbox remembers. */
export interface AnsweredLimits {
  readonly entries: number;
  /** Bytes of answers in sum. */
  readonly bytes: number;
  /** How long an answer is kept after it was given, ms: the longest deadline and 60 s. */
  readonly keptMs: number;
}

interface Entry {
  readonly answer: Promise<Buffer>;
  /** When the message was first sent, ms since 1970. */
  readonly sent: number;
  bytes: number;
  /** Undefined while the handler runs. */
  until: number | undefined;
}

const LIMITS: AnsweredLimits = { entries: 8192, bytes: 32 * 1024 * 1024, keptMs: 180_000 };

/** Remembers which messages were worked on, so that a copy gets the same answer and is not worked on again. */
export class Answered {
  private readonly limits: AnsweredLimits;
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;
  private forgotten: number;

  /** @param since ms since 1970: what is older and marked as a copy may have been worked on by an earlier process */
  constructor(since: number, limits: AnsweredLimits = LIMITS) {
    this.forgotten = since;
    this.limits = limits;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Whether a copy of this age may have been worked on without our knowing. */
  mayBeForgotten(sent: number): boolean {
    return sent <= this.forgotten;
  }

  /** The answer to the message, from `work` the first time. */
  once(message: Envelope, now: number, work: () => Promise<Buffer>): Promise<Buffer> {
    const key = keyOf(message);
    const known = this.entries.get(key);
    if (known) return known.answer;
    const answer = work();
    const entry: Entry = { answer, sent: firstSent(message) ?? message.timestamp, bytes: 0, until: undefined };
    this.entries.set(key, entry);
    const keep = (bytes: number): void => {
      entry.bytes = bytes;
      entry.until = now + this.limits.keptMs;
      this.bytes += bytes;
      this.forget(now);
    };
    answer.then(
      (frame) => keep(frame.length),
      () => keep(0),
    );
    return answer;
  }

  has(message: Envelope): boolean {
    return this.entries.has(keyOf(message));
  }

  private forget(now: number): void {
    for (const [key, { bytes, sent, until }] of this.entries) {
      const full = this.entries.size > this.limits.entries || this.bytes > this.limits.bytes;
      if (until === undefined) continue;
      if (!full && until > now) return;
      if (until > now) this.forgotten = Math.max(this.forgotten, sent);
      this.entries.delete(key);
      this.bytes -= bytes;
    }
  }
}

function keyOf({ tlvs, source, messageId }: Envelope): string {
  return `${tlvs.tenantId ?? ""}:${source}:${messageId.toString("latin1")}`;
}
