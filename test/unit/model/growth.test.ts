import { describe, expect, it } from "vitest";
import { GOOD, modelOf, tenantBlock } from "./fixture.ts";

/** A manifest with room for so many tenants. */
function manifestWith(tenants: number): string {
  const roomy = GOOD.replace("address: 172.20.0.10, memory: 8GiB", "address: 172.20.0.10, memory: 4000GiB");
  return roomy + Array.from({ length: tenants - 2 }, (_, i) => tenantBlock(`t${i}`)).join("");
}

/** Median milliseconds of load, check and resolve. */
function cost(tenants: number, runs = 7): number {
  const text = manifestWith(tenants);
  const times = Array.from({ length: runs }, () => {
    const started = performance.now();
    modelOf(text);
    return performance.now() - started;
  }).sort((a, b) => a - b);
  return times[Math.floor(runs / 2)] ?? 0;
}

describe("growth", () => {
  it("loads, checks and resolves 100 tenants within 150 ms", () => {
    cost(10);
    expect(cost(100)).toBeLessThan(150);
  });

  it("costs as much for the 400th tenant as for the 100th, within what a busy machine measures", () => {
    cost(100);
    const [base, small, large] = [cost(2), cost(100), cost(400)];
    expect((large - base) / 398).toBeLessThan(2 * Math.max((small - base) / 98, 0.02));
  });
});
