import { describe, expect, it } from "vitest";
import type { ApiError } from "../../../images/l7-router/src/api-error.ts";
import { Limiter } from "../../../images/l7-router/src/limits/limiter.ts";
import { parseLimits } from "../../../images/l7-router/src/limits/tenant-limits.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");
const limits = (requests_per_minute: number, tokens_per_day = 1000, routers = 1) =>
  new Map([["ALPHA", { requests_per_minute, tokens_per_day, routers }]]);

function taken(limiter: Limiter, tenant: string, now: number): number {
  try {
    limiter.take(tenant, now);
    return 200;
  } catch (error) {
    return (error as ApiError).status;
  }
}

describe("a tenant's limits", () => {
  it("allow so many requests a minute, and as many again as time has passed", () => {
    const limiter = new Limiter();
    limiter.replace(limits(3));
    expect([0, 1, 2, 3].map((n) => taken(limiter, "ALPHA", NOON + n))).toEqual([200, 200, 200, 429]);
    expect(taken(limiter, "BRAVO", NOON)).toBe(200);
    expect(taken(limiter, "ALPHA", NOON + 20_003)).toBe(200);
    expect(taken(limiter, "ALPHA", NOON + 20_004)).toBe(429);
  });

  it("are shared: two routers never allow more than the tenant has", () => {
    const routers = [new Limiter(), new Limiter()];
    for (const router of routers) router.replace(limits(5, 1000, 2));
    const all = Array.from({ length: 20 }, (_, n) => taken(routers[n % 2] as Limiter, "ALPHA", NOON));
    expect(all.filter((status) => status === 200)).toHaveLength(4);
  });

  it("allow so many tokens a day of UTC, and say when the next begins", () => {
    const limiter = new Limiter();
    limiter.replace(limits(1000, 100));
    expect(limiter.take("ALPHA", NOON)).toMatchObject({ "x-ratelimit-remaining-tokens": "100" });
    limiter.spend("ALPHA", 120, NOON);
    expect(() => limiter.take("ALPHA", NOON + 1)).toThrow(
      expect.objectContaining({ status: 429, code: "insufficient_quota", retryAfter: 12 * 3600 }),
    );
    expect(taken(limiter, "ALPHA", NOON + 12 * 3_600_000)).toBe(200);
  });

  it("that change count what was used; a clock that goes back gives nothing away", () => {
    const limiter = new Limiter();
    limiter.replace(limits(2));
    limiter.take("ALPHA", NOON);
    limiter.take("ALPHA", NOON);
    limiter.replace(limits(4));
    expect(taken(limiter, "ALPHA", NOON)).toBe(429);
    expect(taken(limiter, "ALPHA", NOON - 60_000)).toBe(429);
  });

  it.each([
    ['{"tenant":"BRAVO","requests_per_minute":1,"tokens_per_day":1,"routers":1}', /expected "ALPHA"/],
    ['{"tenant":"ALPHA","requests_per_minute":0,"tokens_per_day":1,"routers":1}', /requests_per_minute/],
    ['{"tenant":"ALPHA","requests_per_minute":1,"tokens_per_day":1.5,"routers":1}', /tokens_per_day/],
    ["null", /expected "ALPHA"/],
  ])("are not read from %s", (text, why) => expect(() => parseLimits(text, "ALPHA")).toThrow(why));
});
