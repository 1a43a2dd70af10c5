import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { ROE_LEVELS } from "../../../images/runtime/dbe/codec/constants.ts";
import { ACTIONS } from "../../../images/runtime/soc/proposed-action.ts";

const rule = (file: string): string =>
  readFileSync(resolve(import.meta.dirname, "../../../policies/tenants", file), "utf8");

it("the rules and the bus have one order of the levels of engagement", () => {
  const listed = JSON.parse(/^roe_levels := (\[.*\])$/m.exec(rule("roe.rego"))?.[1] ?? "[]");
  expect(listed).toEqual(Object.keys(ROE_LEVELS));
  expect(Object.values(ROE_LEVELS)).toEqual(listed.map((_: string, rank: number) => rank));
});

it("the rules and the services know the same actions", () => {
  const listed = /^known_actions := \{([^}]*)\}/m.exec(rule("action.rego"))?.[1] ?? "";
  expect([...listed.matchAll(/"([A-Z_]+)"/g)].map(([, action]) => action)).toEqual(ACTIONS);
});
