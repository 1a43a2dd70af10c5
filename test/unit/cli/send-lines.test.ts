import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { OutgoingEvent, RunFacts } from "../../../infra/cli/events/envelope.ts";
import { eventId } from "../../../infra/cli/events/event-id.ts";
import { newTally, type SendLinesOptions, sendLines } from "../../../infra/cli/events/send-lines.ts";
import type { Tenant } from "../../../infra/model/types.ts";

const facts: RunFacts = {
  tenant: { id: "alpha", prefix: "ALPHA" } as Tenant,
  run: "r",
  format: "auto",
  source: "test",
};

async function* bytes(...chunks: (string | number)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (typeof chunk === "number") await sleep(chunk);
    else yield Buffer.from(chunk);
  }
}

async function send(input: AsyncIterable<Uint8Array>, options: Partial<SendLinesOptions> = {}) {
  const batches: OutgoingEvent[][] = [];
  const tally = newTally();
  const collect = async (batch: readonly OutgoingEvent[]): Promise<void> => void batches.push([...batch]);
  await sendLines(input, { facts, send: collect, tally, ...options });
  return { batches, tally, events: batches.flat() };
}

describe("sending lines", () => {
  it("wraps each as an event for layer 3", async () => {
    const { events } = await send(bytes('{"event_type":"alert"}\n'));
    const event = JSON.parse(events[0]?.json ?? "") as Record<string, unknown>;
    expect(event).toEqual({
      event_id: eventId("alpha", "r", 1),
      tenant_id: "ALPHA",
      ts: expect.stringMatching(/Z$/),
      source_device: 0,
      source_layer: 0,
      category: "INGEST",
      severity: "INFO",
      payload: { format: "auto", source: "test", line: '{"event_type":"alert"}', received_at: event.ts },
    });
  });

  it("sends batches of 500 and counts", async () => {
    const { batches, tally } = await send(bytes(Array.from({ length: 1201 }, (_, i) => `line ${i}\n`).join("")));
    expect(batches.map((b) => b.length)).toEqual([500, 500, 201]);
    expect(tally).toEqual({ lines: 1201, sent: 1201, last: 1201, refused: { too_long: 0, not_utf8: 0 } });
  });

  it("counts what it does not take, and keeps the others' numbers", async () => {
    const control = "\u0001".repeat(60_000);
    const { events, tally } = await send(bytes(`a\n${"x".repeat(70_000)}\n`, `b\n${control}\nc\n`));
    expect(events.map((e) => e.line)).toEqual([1, 3, 5]);
    expect(tally.refused).toEqual({ too_long: 2, not_utf8: 0 });
  });

  it("goes on from a line, with the ids that the lines had", async () => {
    const { events } = await send(bytes("a\nb\nc\n"), { from: 3 });
    expect(events.map((e) => e.id)).toEqual([eventId("alpha", "r", 3)]);
  });

  it("does not hold back a line of a source that pauses", async () => {
    const seen: number[] = [];
    const start = Date.now();
    await send(bytes("first\n", 900, "second\n"), { send: async () => void seen.push(Date.now() - start) });
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBeLessThan(700);
  });

  it("keeps to a rate", async () => {
    const start = Date.now();
    await send(bytes("x\n".repeat(100)), { rate: 200 });
    expect(Date.now() - start).toBeGreaterThan(400);
  });

  it("reads no further than one batch ahead of a receiver that is slow", async () => {
    let given = 0;
    async function* counting(): AsyncGenerator<Uint8Array> {
      for (; given < 100; given++) yield Buffer.from("y\n".repeat(500));
    }
    const stop = new AbortController();
    await send(counting(), {
      signal: stop.signal,
      send: async () => {
        await sleep(20);
        if (given >= 3) stop.abort();
      },
    });
    expect(given).toBeLessThan(6);
  });

  it("ends at once when told to while the source is silent, and says where", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const { tally } = await send(bytes("a\nb\n", 5_000, "c\n"), { signal: stop.signal });
    expect(tally).toMatchObject({ sent: 2, last: 2 });
  }, 3_000);
});
