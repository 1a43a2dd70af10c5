import { mkdtempSync, rmSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BufferedEvent, BufferFull, EventBuffer } from "../../../images/l3-router/src/ingest/event-buffer.ts";
import { MAX_LINES, readLines } from "../../../images/l3-router/src/ingest/read-lines.ts";
import { decodeEvent } from "../../../images/runtime/event-codec.ts";
import { randomFrom } from "../../services/dbe-gateway/support/random.ts";

let dir: string;
let buffer: EventBuffer;
const open = (maxBytes = 1024 * 1024): EventBuffer => new EventBuffer({ dir, maxBytes });
beforeEach(() => {
  dir = mkdtempSync("/tmp/dsmil-buffer-");
  buffer = open();
});
afterEach(() => {
  buffer.close();
  rmSync(dir, { recursive: true });
});

const event = (id: number | string, size = 10): BufferedEvent => ({ id: String(id), text: "x".repeat(size) });
const ids = (seq = 0): string[] => buffer.after(seq, 10_000).map(({ id }) => id);

describe("the buffer on a node's disk", () => {
  it("gives events in the order of arrival, each id once, after it was opened again as well", () => {
    expect(buffer.add([event(3), event(1)])).toBe(2);
    expect(buffer.add([event(1), event(2)])).toBe(1);
    buffer.close();
    buffer = open();
    expect(ids()).toEqual(["3", "1", "2"]);
    expect([buffer.events, buffer.bytes]).toEqual([3, 30]);
    expect(buffer.after(0, 10).at(-1)?.seq).toBe(buffer.last);
  });

  it("takes all of a request or nothing of it when it is full, and has room again after a removal", () => {
    buffer.add([event("a", 900_000)]);
    expect(() => buffer.add([event("b", 100), event("c", 200_000)])).toThrow(BufferFull);
    expect(ids()).toEqual(["a"]);
    buffer.removeUpTo(buffer.last, 900_000);
    expect(buffer.add([event("b", 100), event("c", 200_000)])).toBe(2);
    expect(ids()).toEqual(["b", "c"]);
  });

  it("reads at most 1 MiB at once, and one event however long it is", () => {
    buffer.close();
    buffer = open(8 * 1024 * 1024);
    buffer.add([event("a", 2 * 1024 * 1024), event("b", 600_000), event("c", 600_000)]);
    expect(ids()).toEqual(["a"]);
    expect(ids(1)).toEqual(["b"]);
    expect(ids(2)).toEqual(["c"]);
  });

  it("stays below its size on the disk, and gives pages back when it is empty", () => {
    for (let round = 0; round < 5; round++) {
      let next = 0;
      try {
        for (;;) buffer.add([event(`${round}-${next++}`, 9000)]);
      } catch (error) {
        expect(error).toBeInstanceOf(BufferFull);
      }
      expect(buffer.bytes).toBeGreaterThan(1_000_000);
      buffer.removeUpTo(buffer.last, buffer.bytes);
      expect([buffer.events, buffer.bytes]).toEqual([0, 0]);
    }
    buffer.close();
    expect(statSync(`${dir}/events.db`).size).toBeLessThan(1.5 * 1024 * 1024 + 256 * 4096);
    buffer = open();
  });

  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  it(`is a queue of distinct ids whatever is done to it (seed ${seed})`, () => {
    const random = randomFrom(seed);
    let model: { id: string; size: number }[] = [];
    for (let step = 0; step < 200; step++) {
      const what = random();
      if (what < 0.6) {
        const some = Array.from({ length: Math.ceil(random() * 5) }, () => event(Math.floor(random() * 60), 100));
        buffer.add(some);
        for (const { id } of some) if (!model.some((one) => one.id === id)) model.push({ id, size: 100 });
      } else if (what < 0.9) {
        const rows = buffer.after(0, Math.ceil(random() * 8));
        const last = rows.at(-1);
        if (last)
          buffer.removeUpTo(
            last.seq,
            rows.reduce((sum, { size }) => sum + size, 0),
          );
        model = model.slice(rows.length);
      } else {
        buffer.close();
        buffer = open();
      }
      expect(ids()).toEqual(model.map(({ id }) => id));
      expect([buffer.events, buffer.bytes]).toEqual([model.length, model.length * 100]);
    }
  });
});

describe("the lines of a request", () => {
  const now = new Date("2026-01-01T00:00:00Z");
  const id = "0b0e6a4e-1111-4222-8333-444455556666";
  const read = (...lines: object[]) => readLines(lines.map((l) => JSON.stringify(l)).join("\n"), "ALPHA", now);

  it("become events that Layer 3 takes", () => {
    const [first, second] = read(
      { line: "a\u0000b", source: "s", event_id: id, format: "syslog", received_at: "2025-01-01T00:00:00+01:00" },
      { line: "x", source: "s" },
    );
    expect(first?.id).toBe(id);
    const decoded = decodeEvent(first?.text, "ALPHA");
    expect(decoded).toMatchObject({ ok: true, value: { event_id: id, ts: "2024-12-31T23:00:00.000Z" } });
    expect(decodeEvent(second?.text, "ALPHA")).toMatchObject({ ok: true, value: { ts: now.toISOString() } });
  });

  it.each([
    ["no object", "[1]", "is no JSON object"],
    ["an unknown key", '{"line":"x","source":"s","tenant_id":"BRAVO"}', "unknown key tenant_id"],
    ["no line", '{"source":"s"}', "no text `line`"],
    ["a line that is too long", JSON.stringify({ line: "x".repeat(65_537), source: "s" }), "more than 65536 bytes"],
    ["an event that is too long", JSON.stringify({ line: "\u0001".repeat(60_000), source: "s" }), "as an event"],
    ["no source", '{"line":"x","source":""}', "no `source`"],
    ["another format", '{"line":"x","source":"s","format":"csv"}', "`format`"],
    ["an id that is no UUID", '{"line":"x","source":"s","event_id":"1"}', "no UUID"],
    ["a time that is none", '{"line":"x","source":"s","received_at":"today"}', "no RFC 3339 time"],
  ])("are refused with %s", (_, text, why) => {
    expect(() => readLines(text, "ALPHA", now)).toThrow(why);
  });

  it("are bounded in number", () => {
    const body = Array.from({ length: MAX_LINES + 1 }, () => '{"line":"x","source":"s"}').join("\n");
    expect(() => readLines(body, "ALPHA", now)).toThrow("2001 lines");
  });
});
