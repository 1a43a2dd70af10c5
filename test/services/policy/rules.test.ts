import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileRules } from "../../../infra/policy/compile-rules.ts";
import { compiledRules } from "../../../infra/policy/compiled-rules.ts";
import { testRules } from "../../../infra/policy/test-rules.ts";
import { BUILD_MS, projectRoot, rules } from "./rig.ts";

describe("the tenants' rules", () => {
  it(
    "are formatted, strict, typed by their schemas, and tested line by line",
    async () => {
      const report = await testRules({ root: projectRoot });
      console.log(`opa test: ${report.tests} tests, ${report.coverage} % of the rules covered`);
      expect(report.problems).toEqual([]);
      expect(report.tests).toBeGreaterThanOrEqual(30);
      expect(report.coverage).toBe(100);
    },
    BUILD_MS,
  );

  it(
    "compile to the same module in another folder",
    async () => {
      const other = mkdtempSync(join(tmpdir(), "dsmil elsewhere-"));
      try {
        for (const folder of ["policies", "infra/toolchain/opa"]) {
          cpSync(join(projectRoot, folder), join(other, folder), { recursive: true });
        }
        const here = await rules();
        expect(() => compiledRules(other)).toThrow("bin/dsmil policy compile");
        mkdirSync(join(other, ".dsmil"));
        symlinkSync(join(projectRoot, ".dsmil/tools"), join(other, ".dsmil/tools"));
        const there = await compileRules({ root: other });
        console.log(`policy.wasm: ${here.wasm.length} bytes`);
        expect(there.digest).toBe(here.digest);
        expect(compiledRules(other)).toEqual(here);
      } finally {
        rmSync(other, { recursive: true, force: true });
      }
    },
    BUILD_MS,
  );
});
