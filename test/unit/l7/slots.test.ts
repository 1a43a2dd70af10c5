import { describe, expect, it } from "vitest";
import { Slots } from "../../../images/l7-worker/src/slots.ts";

const never = new AbortController().signal;

describe("a worker's places", () => {
  it("are given first come, first served", async () => {
    const slots = new Slots(["only"], { queue: 4, waitMs: 60_000 });
    const order: number[] = [];
    const first = await slots.take("ALPHA", never);
    const waiting = [1, 2].map((n) => slots.take(n === 1 ? "ALPHA" : "BRAVO", never).then(() => order.push(n)));
    expect([slots.running, slots.waiting]).toEqual([1, 2]);
    slots.give(first);
    await waiting[0];
    slots.give(first);
    await waiting[1];
    slots.give(first);
    expect(order).toEqual([1, 2]);
    expect([slots.running, slots.waiting]).toEqual([0, 0]);
  });

  it("are refused when the queue is full, or half of it is one tenant's", async () => {
    const slots = new Slots(["only"], { queue: 4, waitMs: 60_000 });
    const away = new AbortController();
    await slots.take("ALPHA", never);
    const waiting = [slots.take("ALPHA", away.signal), slots.take("ALPHA", away.signal)];
    await expect(slots.take("ALPHA", never)).rejects.toMatchObject({ status: 429 });
    waiting.push(slots.take("BRAVO", away.signal), slots.take("BRAVO", away.signal));
    await expect(slots.take("CHARLIE", never)).rejects.toMatchObject({ status: 429 });
    away.abort(new Error("gone"));
    for (const one of waiting) await expect(one).rejects.toThrow("gone");
    expect(slots.waiting).toBe(0);
  });

  it("that do not become free in time are refused", async () => {
    const slots = new Slots(["only"], { queue: 1, waitMs: 1 });
    await slots.take("ALPHA", never);
    await expect(slots.take("BRAVO", never)).rejects.toMatchObject({ status: 503 });
    expect(slots.waiting).toBe(0);
  });
});
