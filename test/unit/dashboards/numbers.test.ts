import { describe, expect, it } from "vitest";
import { printCheck } from "../../../infra/cli/dashboards/print-check.ts";
import { printNumbers } from "../../../infra/cli/dashboards/print-numbers.ts";
import type { Board } from "../../../infra/dashboards/board.ts";
import { askBoards } from "../../../infra/dashboards/numbers/ask-boards.ts";
import { parseAnswer } from "../../../infra/dashboards/numbers/parse-answer.ts";
import type { Series } from "../../../infra/dashboards/numbers/prometheus.ts";
import { written } from "../../../infra/dashboards/numbers/written.ts";

const answer = (data: unknown): string => JSON.stringify({ status: "success", data });

describe("an answer of Prometheus", () => {
  it("is read: vectors, scalars, and numbers that are none", () => {
    const result = [
      { metric: { __name__: "up", node: "node-a" }, value: [1, "1"] },
      { metric: {}, value: [1, "NaN"] },
      { metric: {}, value: [1, "+Inf"] },
    ];
    expect(parseAnswer(200, answer({ resultType: "vector", result }))).toEqual([
      { labels: { __name__: "up", node: "node-a" }, value: 1 },
      { labels: {}, value: Number.NaN },
      { labels: {}, value: Number.POSITIVE_INFINITY },
    ]);
    expect(parseAnswer(200, answer({ resultType: "scalar", result: [1, "2.5"] }))).toEqual([
      { labels: {}, value: 2.5 },
    ]);
    expect(parseAnswer(200, answer({ resultType: "vector", result: [] }))).toEqual([]);
  });

  it.each<[string, number, string]>([
    ["Prometheus refuses: parse error", 400, JSON.stringify({ status: "error", error: "parse error" })],
    ["answer 502 is not", 502, "<html>bad gateway</html>"],
    ["answer 401 is not", 401, ""],
    ["no instant vector", 200, answer({ resultType: "matrix", result: [] })],
    ["not as its API promises", 200, answer({ resultType: "vector", result: [null] })],
    ["without a value", 200, answer({ resultType: "vector", result: [{ metric: {} }] })],
    ["not as its API promises", 200, answer(null)],
    ["without a reason", 500, "{}"],
  ])("is an error that says: %s", (words, status, body) => expect(() => parseAnswer(status, body)).toThrow(words));
});

describe("the numbers of dashboards", () => {
  const panel = { description: "Of the test", look: "lines", unit: "s", width: 8 } as const;
  const board: Board = {
    ...{ uid: "u", title: "Board", description: "d", tenants: ["ALPHA", "BRAVO"] },
    rows: [
      {
        title: "Row",
        panels: [
          { ...panel, title: "One", queries: [{ expr: 'x{t="$tenant"}', legend: "{{who}} of {{none}}" }] },
          { ...panel, title: "Two", queries: [{ expr: "broken", legend: "b" }] },
        ],
      },
    ],
  };
  const asked: string[] = [];
  const query = async (promql: string): Promise<readonly Series[]> => {
    asked.push(promql);
    if (promql === "broken") throw new Error("Prometheus refuses: broken");
    if (promql.includes("BRAVO")) return [{ labels: { who: "b" }, value: Number.NaN }];
    return [
      { labels: { who: "z" }, value: 1 },
      { labels: { who: "a" }, value: 0.002 },
    ];
  };

  it("are asked for each tenant; what is no number is no data; a refusal is its panel's", async () => {
    const numbers = await askBoards({ query }, [board]);
    expect(asked.sort()).toEqual(["broken", "broken", 'x{t="ALPHA"}', 'x{t="BRAVO"}']);
    expect(numbers.map(({ panel: title, tenant, points }) => [title, tenant, points])).toEqual([
      [
        "One",
        "ALPHA",
        [
          { name: "a of", value: 0.002 },
          { name: "z of", value: 1 },
        ],
      ],
      ["Two", "ALPHA", []],
      ["One", "BRAVO", []],
      ["Two", "BRAVO", []],
    ]);
    const check = printCheck(numbers);
    expect(check).toContain("✗ Board (BRAVO) › Row › One");
    expect(check).toContain("Prometheus refuses: broken");
    expect(check).toContain("3 of 4 panels have no data");
    const table = printNumbers(numbers);
    expect(table).toContain("Board (ALPHA) › Row");
    expect(table).toMatch(/One +a of +2 ms/);
    expect(table).toMatch(/One +no data/);
  });

  it.each<[number, Parameters<typeof written>[1], string]>([
    [0.9876, "percentunit", "98.8 %"],
    [0.0000005, "s", "0.5 µs"],
    [0.0125, "s", "12.5 ms"],
    [0, "s", "0 s"],
    [300, "s", "5 min"],
    [7_776_000, "s", "90 d"],
    [1536, "bytes", "1.5 KiB"],
    [0, "bytes", "0 B"],
    [3 * 1024 ** 5, "Bps", "3072 TiB/s"],
    [12.345, "reqps", "12.3/s"],
    [123_456.7, "short", "123457"],
    [Number.POSITIVE_INFINITY, "s", "infinite"],
  ])("%d in %s reads %s", (value, unit, text) => expect(written(value, unit)).toBe(text));
});
