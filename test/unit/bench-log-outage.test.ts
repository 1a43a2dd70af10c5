import { expect, it } from "vitest";
import { tally } from "../bench/log-outage/count-marked.ts";
import { markOf } from "../bench/log-outage/marked-lines.ts";
import { logOutageTable } from "../bench/log-outage/report.ts";

const line = (n: number): string =>
  JSON.stringify({ level: "warn", msg: "request denied", path: markOf("0badcafe", "alpha", n) });

it("counts lines by their marks, and tells those that are there twice", () => {
  expect(tally([line(1), line(2), line(12), "another line"])).toEqual({ distinct: 3, twice: 0 });
  expect(tally([line(1), line(2), line(1)])).toEqual({ distinct: 2, twice: 1 });
});

it("says what did not arrive", () => {
  const result = { seconds: 600, written: 100, duringOutage: 80, arrived: 99, twice: 0, completeAfter: undefined };
  const text = logOutageTable({ ...result, problems: ["1 of 100 lines did not arrive"] });
  expect(text).toMatch(/600 s .* never/);
  expect(text).toContain("THE ACCOUNT DOES NOT ADD UP: 1 of 100 lines did not arrive");
});
