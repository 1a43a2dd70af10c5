import type { Duplex } from "node:stream";

/**
 * The stream's bytes up to the first line feed, as text without it. What follows stays in the stream, which is paused.
 * @throws Error when the line is longer than `most` bytes, the stream ends before, or the time is over
 */
export function firstLine(stream: Duplex, most: number, milliseconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let held: Buffer = Buffer.alloc(0);
    const settle = (): void => {
      clearTimeout(timer);
      stream.off("data", onData).off("end", onEnd).off("close", onEnd).off("error", onError);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const end = held.subarray(0, most + 1).indexOf(0x0a);
      if (end === -1) {
        if (held.length > most) fail(new Error(`the peer's first line is longer than ${most} bytes`));
        return;
      }
      settle();
      stream.pause();
      if (end + 1 < held.length) stream.unshift(held.subarray(end + 1));
      resolve(held.toString("latin1", 0, end));
    };
    const onEnd = (): void => fail(new Error("the peer closed the connection before its first line"));
    const onError = (error: Error): void => fail(error);
    const timer = setTimeout(() => fail(new Error(`no first line within ${milliseconds} ms`)), milliseconds);
    stream.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", onError);
    stream.resume();
  });
}
