import { describe, expect, it } from "vitest";
import { eventId, lineOf, newRunId, RUN_ID, runRange } from "../../../infra/cli/events/event-id.ts";

describe("event ids", () => {
  it("are the same for the same line of the same run, and of version 8", () => {
    expect(eventId("alpha", "r1", 7)).toBe(eventId("alpha", "r1", 7));
    expect(eventId("alpha", "r1", 7)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8000-000000000007$/);
  });

  it("differ by line, run and tenant", () => {
    const ids = [
      eventId("alpha", "r1", 1),
      eventId("alpha", "r1", 2),
      eventId("alpha", "r2", 1),
      eventId("bravo", "r1", 1),
    ];
    expect(new Set(ids).size).toBe(4);
  });

  it.each([1, 9, 10, 255, 65_536, 2 ** 32, 2 ** 48 - 1, 2 ** 48, Number.MAX_SAFE_INTEGER])("carry line %i", (line) => {
    expect(lineOf(eventId("alpha", "r", line))).toBe(line);
  });

  it("are ordered like the lines, inside the run's range", () => {
    const ids = [1, 2, 9, 10, 99, 100, 4096, 1_000_000].map((line) => eventId("alpha", "r", line));
    expect([...ids].sort()).toEqual(ids);
    const { first, last } = runRange("alpha", "r");
    expect(ids.every((id) => id >= first && id <= last)).toBe(true);
    const other = eventId("alpha", "s", 1);
    expect(other < first || other > last).toBe(true);
  });

  it.each([-1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])("refuse line %d", (line) => {
    expect(() => eventId("alpha", "r", line)).toThrow(RangeError);
  });

  it("names runs by time and chance", () => {
    const id = newRunId(new Date("2026-11-21T14:32:05.123Z"));
    expect(id).toMatch(/^20261121-143205-[0-9a-f]{6}$/);
    expect(RUN_ID.test(id)).toBe(true);
    expect(newRunId()).not.toBe(newRunId());
  });
});
