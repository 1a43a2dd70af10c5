import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withTables } from "../../../images/runtime/dbe/docs.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/dbe.md"), "utf8");

it("docs/dbe.md has the tables of the code; else run `node images/runtime/dbe/docs.ts`", () => {
  expect(text).toBe(withTables(text));
  expect(text).toContain("| 0xff | `ERROR` |");
});

it("a table without its place is an error", () => {
  expect(() => withTables("")).toThrow("no place for the table header");
});
