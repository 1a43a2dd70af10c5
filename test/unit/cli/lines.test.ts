import { describe, expect, it } from "vitest";
import { type Line, MAX_LINE_BYTES, readLines } from "../../../infra/cli/events/lines.ts";

async function all(source: AsyncIterable<Line>): Promise<Line[]> {
  const found: Line[] = [];
  for await (const line of source) found.push(line);
  return found;
}

async function lines(...chunks: (string | Uint8Array)[]): Promise<Line[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  }
  return all(readLines(source()));
}

describe("lines of a byte stream", () => {
  it("are numbered from 1, with or without an end, however they are cut into chunks", async () => {
    const expected = [
      { number: 1, text: "one" },
      { number: 2, text: "zwei ä" },
      { number: 3, text: "" },
      { number: 4, text: "last" },
    ];
    const whole = Buffer.from("one\r\nzwei ä\n\nlast");
    expect(await lines(whole)).toEqual(expected);
    expect(await lines(...[...whole].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
    expect(await lines("one\n")).toEqual([{ number: 1, text: "one" }]);
    expect(await lines()).toEqual([]);
  });

  it("may have 64 KiB and not a byte more", async () => {
    const full = "x".repeat(MAX_LINE_BYTES);
    expect(await lines(`${full}\n${full}y\n${full}\r\nok\n`)).toEqual([
      { number: 1, text: full },
      { number: 2, refused: "too_long" },
      { number: 3, text: full },
      { number: 4, text: "ok" },
    ]);
    expect(await lines(full, "y", "\nok")).toEqual([
      { number: 1, refused: "too_long" },
      { number: 2, text: "ok" },
    ]);
  });

  it("keep nothing of a line without end in memory", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const chunk = Buffer.alloc(1024 * 1024, 0x61);
      for (let i = 0; i < 256; i++) yield chunk;
      yield Buffer.from("\nnext\n");
    }
    const before = process.memoryUsage().rss;
    expect(await all(readLines(endless()))).toEqual([
      { number: 1, refused: "too_long" },
      { number: 2, text: "next" },
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it("that are no UTF-8 are named", async () => {
    expect(await lines(Buffer.from([0x61, 0xff, 0x0a]), "ok\n", Buffer.from([0xc3]))).toEqual([
      { number: 1, refused: "not_utf8" },
      { number: 2, text: "ok" },
      { number: 3, refused: "not_utf8" },
    ]);
  });
});
