import { describe, expect, it } from "vitest";
import { Audit } from "../../../images/control-api/src/audit.ts";
import type { TrailFact } from "../../../images/runtime/control/trail.ts";

class Lines {
  readonly facts: TrailFact[] = [];
  full = false;
  async append(fact: TrailFact): Promise<void> {
    if (this.full) throw new Error("ENOSPC");
    this.facts.push(fact);
  }
}

const TEN_MINUTES = 600_000;
const made = () => {
  const [operators, nobody] = [new Lines(), new Lines()];
  return { operators, nobody, audit: new Audit(operators, nobody) };
};
const call = (path: string, status = 200, operator = "bob"): TrailFact => ({
  ...{ operator, role: "viewer", client: "10.0.0.1", what: "GET", path, status },
  ...(status >= 400 && { code: "not_found" }),
});

describe("what is written down of operators", () => {
  it("is once what is the same, and how often it was repeated", async () => {
    const { operators, audit } = made();
    for (let i = 0; i < 300; i++) expect(await audit.call(call("/v1/status"), 0)).toBeUndefined();
    await audit.call(call("/v1/status", 200, "eve"), 0);
    expect(operators.facts).toEqual([call("/v1/status"), call("/v1/status", 200, "eve")]);
    await audit.call(call("/v1/tenants"), TEN_MINUTES);
    expect(operators.facts.slice(2)).toEqual([
      { ...call("/v1/status"), what: "repeated", times: 299 },
      call("/v1/tenants"),
    ]);
  });

  it("has an end in ten minutes: further refusals are counted, nothing further is answered", async () => {
    const { operators, nobody, audit } = made();
    for (let i = 0; i < 10_000; i++) await audit.call(call(`/x${i}`, 404), 0);
    expect(operators.facts).toHaveLength(32);
    for (let i = 0; i < 128; i++) expect(await audit.call(call(`/v1/devices/${i}`), 0)).toBeUndefined();
    expect(await audit.call(call("/v1/devices/0"), 0)).toBeUndefined();
    expect(await audit.call(call("/v1/logs"), 1000)).toBe(599);
    expect(await audit.call(call("/v1/logs", 200, "eve"), 1000)).toBeUndefined();
    await audit.flush();
    expect(operators.facts).toHaveLength(32 + 128 + 1 + 2);
    expect(operators.facts.at(-1)).toEqual({ operator: "bob", what: "suppressed", code: "refusals", times: 9969 });
    expect(nobody.facts).toEqual([]);
    expect(await audit.call(call("/v1/logs"), TEN_MINUTES)).toBeUndefined();
  });

  it("is not taken as written where it was not", async () => {
    const { operators, audit } = made();
    operators.full = true;
    await expect(audit.call(call("/v1/status"), 0)).rejects.toThrow("ENOSPC");
    await expect(audit.call(call("/v1/status"), 0)).rejects.toThrow("ENOSPC");
    operators.full = false;
    await audit.call(call("/v1/status"), 0);
    await audit.call(call("/v1/status"), 0);
    operators.full = true;
    await expect(audit.call(call("/v1/status"), TEN_MINUTES)).rejects.toThrow("ENOSPC");
    operators.full = false;
    await audit.call(call("/v1/status"), TEN_MINUTES);
    expect(operators.facts.map(({ what }) => what)).toEqual(["GET", "repeated", "GET"]);
  });
});

describe("what is written down of nobody", () => {
  it("is in another trail, 60 a minute, the rest counted", async () => {
    const { operators, nobody, audit } = made();
    for (let i = 0; i < 100; i++) await audit.call({ what: "GET", path: `/${i}`, status: 401 }, 0);
    await audit.call({ what: "GET", path: "/", status: 401 }, 60_000);
    expect(operators.facts).toEqual([]);
    expect(nobody.facts).toHaveLength(62);
    expect(nobody.facts[60]).toEqual({ what: "suppressed", code: "calls_of_nobody", times: 40 });
  });
});
