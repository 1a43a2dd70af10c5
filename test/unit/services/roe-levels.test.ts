import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { ROE_LEVELS } from "../../../images/runtime/dbe/codec/constants.ts";

it("the rules and the bus have one order of the levels of engagement", () => {
  const rules = readFileSync(resolve(import.meta.dirname, "../../../policies/tenants/roe.rego"), "utf8");
  const listed = JSON.parse(/^roe_levels := (\[.*\])$/m.exec(rules)?.[1] ?? "[]");
  expect(listed).toEqual(Object.keys(ROE_LEVELS));
  expect(Object.values(ROE_LEVELS)).toEqual(listed.map((_: string, rank: number) => rank));
});
