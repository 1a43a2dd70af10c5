import { describe, expect, it } from "vitest";
import type { OutgoingEvent } from "../../../infra/cli/events/envelope.ts";
import { type AppendConnection, Sender } from "../../../infra/cli/events/sender.ts";

const batch = (from: number, to: number): OutgoingEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    line: from + i,
    id: `id-${from + i}`,
    json: `{"n":${from + i}}`,
  }));

/** A stream that keeps what it is given, and connections that break as told. */
class Stream {
  readonly entries: string[] = [];
  opened = 0;
  /** What the next appends do; afterwards all succeed. */
  readonly script: ("lose" | "lose-reply" | "half" | Error)[] = [];

  async open(): Promise<AppendConnection> {
    this.opened += 1;
    return {
      append: async (_key, events) => {
        const act = this.script.shift();
        if (act === "lose") throw new Error("connection lost");
        if (act instanceof Error) return events.map(() => act);
        const kept = act === "half" ? events.slice(0, Math.floor(events.length / 2)) : events;
        for (const { id } of kept) this.entries.push(id);
        if (act === "lose-reply") throw new Error("connection lost");
        return events.map((_, i) => (i < kept.length ? `1-${i}` : new Error("Connection is closed.")));
      },
      close: () => undefined,
    };
  }
}

function senderOn(stream: Stream, more: { patienceMs?: number; troubles?: (string | undefined)[] } = {}): Sender {
  return new Sender({
    key: "ALPHA_L3_IN",
    open: () => stream.open(),
    ...(more.patienceMs !== undefined && { patienceMs: more.patienceMs }),
    onTrouble: (problem) => more.troubles?.push(problem),
  });
}

describe("sending at least once", () => {
  it("sends each once while nothing breaks", async () => {
    const stream = new Stream();
    const sender = senderOn(stream);
    await sender.send(batch(1, 500));
    await sender.send(batch(501, 700));
    expect(stream.entries).toHaveLength(700);
    expect([stream.opened, sender.resent]).toEqual([1, 0]);
  });

  it.each(["lose", "lose-reply", "half"] as const)("has every event in the stream after `%s`", async (fault) => {
    const stream = new Stream();
    const troubles: (string | undefined)[] = [];
    const sender = senderOn(stream, { troubles });
    stream.script.push(fault);
    await sender.send(batch(1, 10));
    expect(new Set(stream.entries)).toEqual(new Set(batch(1, 10).map((e) => e.id)));
    expect(sender.resent).toBeGreaterThan(0);
    expect(troubles).toEqual([expect.stringMatching(/connection/i), undefined]);
  });

  it("sends again what was acknowledged just before a crash", async () => {
    const stream = new Stream();
    const sender = senderOn(stream);
    await sender.send(batch(1, 5));
    stream.entries.length = 0; // the server came back without its last second
    stream.script.push("lose");
    await sender.send(batch(6, 10));
    expect(new Set(stream.entries)).toEqual(new Set(batch(1, 10).map((e) => e.id)));
  });

  it("waits out a server that is loading", async () => {
    const stream = new Stream();
    const sender = senderOn(stream);
    stream.script.push(new Error("LOADING Redis is loading the dataset in memory"));
    await sender.send(batch(1, 3));
    expect(stream.entries).toHaveLength(3);
  });

  it("stops at a refusal, which no patience helps", async () => {
    const stream = new Stream();
    stream.script.push(new Error("NOPERM this user has no permissions to run the 'xadd' command"));
    await expect(senderOn(stream).send(batch(1, 1))).rejects.toThrow(/events for ALPHA_L3_IN are refused: NOPERM/);
    expect(stream.opened).toBe(1);
  });

  it("gives up when nothing moves, naming the stream and the reason", async () => {
    const stream = new Stream();
    stream.script.push(...Array.from({ length: 50 }, () => "lose" as const));
    await expect(senderOn(stream, { patienceMs: 300 }).send(batch(1, 1))).rejects.toThrow(
      /ALPHA_L3_IN takes nothing for 0.3 s: connection lost/,
    );
  });
});
