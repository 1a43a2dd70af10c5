/** One message of a container as the engine keeps it. */
export interface EngineMessage {
  /** RFC 3339 with nine digits, UTC: texts sort as times do. */
  readonly time: string;
  readonly text: string;
}

/** Longest frame of an engine: it cuts lines at 16 KiB. */
const MOST_FRAME = 1024 * 1024;
/** What is kept of one line, characters. */
export const MOST_LINE = 256 * 1024;
const HEADER = 8;
const STAMPED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) ?/;

/**
 * Reads an engine's log stream (`application/vnd.docker.multiplexed-stream`, with timestamps): frames of stdout and stderr
 * with a header of eight bytes. Lines that the engine had cut are put together again; of one that is longer than
 * `MOST_LINE` the rest is left out.
 * @throws Error when it is something else
 */
export async function* engineMessages(stream: AsyncIterable<Uint8Array>): AsyncGenerator<EngineMessage> {
  const open = new Map<number, EngineMessage>();
  for await (const { kind, payload } of frames(stream)) {
    const text = payload.toString("utf8");
    const stamp = STAMPED.exec(text);
    if (stamp === null) throw new Error("the engine sent a message without its time");
    const part = text.slice(stamp[0].length);
    const before = open.get(kind);
    const time = before?.time ?? (stamp[1] as string);
    const message = { time, text: joined(before?.text ?? "", part.replace(/\r?\n$/, "")) };
    if (part.endsWith("\n")) {
      open.delete(kind);
      yield message;
    } else {
      open.set(kind, message);
    }
  }
  yield* open.values();
}

function joined(before: string, part: string): string {
  if (before.length >= MOST_LINE) return before;
  return before.length + part.length < MOST_LINE ? before + part : `${(before + part).slice(0, MOST_LINE - 1)}…`;
}

async function* frames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<{ kind: number; payload: Buffer }> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    while (held.length >= HEADER) {
      const kind = held.readUInt8(0);
      const length = held.readUInt32BE(4);
      if (kind > 2 || length > MOST_FRAME) throw new Error("this is no log stream of an engine");
      if (held.length < HEADER + length) break;
      yield { kind, payload: held.subarray(HEADER, HEADER + length) };
      held = held.subarray(HEADER + length);
    }
  }
  if (held.length > 0) throw new Error("the engine's log stream broke off");
}
