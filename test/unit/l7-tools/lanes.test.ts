import { describe, expect, it } from "vitest";
import { Lanes } from "../../../images/l7-tools/src/lanes.ts";

const never = new AbortController().signal;

describe("lanes", () => {
  it("let a tenant that has nothing under way pass, and no tenant take the whole queue", async () => {
    const lanes = new Lanes({ running: 1, waiting: 4, waitingEach: 2 });
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const run = (tenant: string, name: string) =>
      lanes.run(tenant, never, async () => order.push(name) && gate.promise);
    const runs = [run("ALPHA", "a1"), run("ALPHA", "a2"), run("ALPHA", "a3"), run("BRAVO", "b1")];
    expect(await run("ALPHA", "a4")).toBeUndefined();
    expect(lanes.counts).toEqual({ running: 1, waiting: 3 });
    gate.resolve();
    await Promise.all(runs);
    expect(order[0]).toBe("a1");
    expect([...order].sort()).toEqual(["a1", "a2", "a3", "b1"]);
    expect(lanes.counts).toEqual({ running: 0, waiting: 0 });
  });

  it("have a place for a tenant with nothing under way, also when others fill the queue", async () => {
    const lanes = new Lanes({ running: 1, waiting: 2, waitingEach: 2 });
    const gate = Promise.withResolvers<void>();
    const run = (tenant: string) => lanes.run(tenant, never, () => gate.promise.then(() => tenant));
    const full = [run("ALPHA"), run("ALPHA"), run("CHARLIE")];
    const late = run("BRAVO");
    expect(await run("ALPHA")).toBeUndefined();
    expect(lanes.counts).toEqual({ running: 1, waiting: 3 });
    gate.resolve();
    expect(await Promise.all([...full, late])).toEqual(["ALPHA", "ALPHA", "CHARLIE", "BRAVO"]);
  });

  it("let go of who waits no more, and of what failed", async () => {
    const lanes = new Lanes({ running: 1, waiting: 4, waitingEach: 4 });
    const gate = Promise.withResolvers<void>();
    const first = lanes.run("ALPHA", never, () => gate.promise);
    const gone = new AbortController();
    const second = lanes.run("ALPHA", gone.signal, async () => "ran");
    gone.abort();
    expect(await second).toBeUndefined();
    expect(await lanes.run("ALPHA", gone.signal, async () => "ran")).toBeUndefined();
    gate.reject(new Error("broken"));
    await expect(first).rejects.toThrow("broken");
    expect(await lanes.run("ALPHA", never, async () => "ran")).toBe("ran");
  });
});
