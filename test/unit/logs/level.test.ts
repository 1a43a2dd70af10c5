import { expect, it } from "vitest";
import { levelOf } from "../../../images/runtime/logs/level.ts";

it.each([
  ['{"level":"warn","msg":"ERROR: no"}', "warn"],
  ['{"level":"fatal"}', "error"],
  ['{"level":"constructor"}', "info"],
  ['{"level":30}', "info"],
  ['{"level":', "info"],
  ["time=2026-11-21T14:00:00Z level=WARN msg=x", "warn"],
  ["[WARNING]  (8) : config", "warn"],
  ["[NOTICE]   (8) : New worker", "info"],
  ["2026-11-21 14:00:00.123 UTC [31] ERROR:  relation does not exist", "error"],
  ["2026-11-21 14:00:00.123 UTC [31] LOG:  checkpoint starting", "info"],
  ["8:M 21 Nov 2026 14:00:01.123 # WARNING overcommit", "warn"],
  ["8:M 21 Nov 2026 14:00:01.123 # Redis is starting", "warn"],
  ["8:M 21 Nov 2026 14:00:01.123 * Ready", "info"],
  ["an error happened", "info"],
  [`${"x".repeat(200)} ERROR: far away`, "info"],
  ["", "info"],
])("%s is %s", (line, level) => {
  expect(levelOf(line)).toBe(level);
});
