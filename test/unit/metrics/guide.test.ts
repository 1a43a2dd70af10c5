import { Counter, Gauge, Histogram } from "prom-client";
import { describe, expect, it } from "vitest";
import { factsOf, type MetricFacts } from "../../../infra/metrics/facts.ts";
import { guideProblems } from "../../../infra/metrics/guide.ts";
import { baseMetrics, ownMetrics, PROGRAM_PARTS } from "../../../infra/metrics/programs.ts";

const ALL = [...baseMetrics(), ...Object.keys(PROGRAM_PARTS).flatMap(ownMetrics)];
const GOOD: MetricFacts = { name: "dsmil_lines_total", type: "counter", help: "Lines that came", labels: ["reason"] };

describe("the naming guide", () => {
  it("is kept by every metric of every program", () => {
    expect(ALL.length).toBeGreaterThan(50);
    expect(ALL.flatMap((metric) => guideProblems(metric).map((problem) => `${metric.name}: ${problem}`))).toEqual([]);
  });

  it("lets one name have one type and one set of labels, wherever it is", () => {
    const kinds = new Map(ALL.map(({ name, type, labels }) => [name, `${type} ${labels.join(",")}`]));
    const other = ALL.filter(({ name, type, labels }) => kinds.get(name) !== `${type} ${labels.join(",")}`);
    expect(other.map(({ name }) => name)).toEqual([]);
  });

  it.each<[string, Partial<MetricFacts>]>([
    ["begins with neither", { name: "lines_total" }],
    ["snake case", { name: "dsmil_Lines_total" }],
    ["a counter ends in _total", { name: "dsmil_lines" }],
    ["only a counter", { type: "gauge" }],
    ["histogram's own", { name: "dsmil_lines_count", type: "gauge" }],
    ["ends in its unit", { name: "dsmil_lines", type: "histogram" }],
    ["units are seconds", { name: "dsmil_wait_ms", type: "gauge" }],
    ["help is missing", { help: " " }],
    ["label user is not", { labels: ["user"] }],
  ])("refuses what it is against: %s", (words, change) => {
    expect(guideProblems(GOOD)).toEqual([]);
    expect(guideProblems({ ...GOOD, ...change }).join()).toContain(words);
  });
});

describe("what a metric says of itself", () => {
  it("is read without collecting", () => {
    const facts = factsOf((registry) => {
      const registers = [registry];
      new Counter({ name: "dsmil_b_total", help: "Of b", labelNames: ["reason", "a"], registers });
      new Histogram({ name: "dsmil_c_seconds", help: "Of c", registers });
      new Gauge({
        name: "dsmil_a",
        help: "Of a",
        registers,
        collect() {
          throw new Error("asked");
        },
      });
    });
    expect(facts).toEqual([
      { name: "dsmil_a", type: "gauge", help: "Of a", labels: [] },
      { name: "dsmil_b_total", type: "counter", help: "Of b", labels: ["a", "reason"] },
      { name: "dsmil_c_seconds", type: "histogram", help: "Of c", labels: [] },
    ]);
  });
});
