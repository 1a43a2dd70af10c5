import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Command } from "commander";
import { ExitError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { checkModel, refuseViolations } from "./policy-pack.ts";
import { projectRoot } from "./root.ts";

/** `dsmil check`: format, lint, types and the policy pack; the first three with the project's own Node.js. */
export function registerCheck(program: Command): void {
  program
    .command("check")
    .description("Check formatting, lint rules, types, and the manifest's containers against the policy pack.")
    .action(() => {
      const bin = (tool: string) => join(projectRoot, "node_modules", ".bin", tool);
      for (const [tool, ...args] of [
        ["biome", "ci", "."],
        ["tsc", "--noEmit"],
      ] as const) {
        const run = spawnSync(bin(tool), args, { cwd: projectRoot, stdio: "inherit" });
        if (run.status !== 0) throw new ExitError(1);
      }
      refuseViolations(checkModel(projectModel()));
    });
}
