import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Command } from "commander";
import { ExitError } from "./errors.ts";
import { projectRoot } from "./root.ts";

/** `dsmil check`: format, lint and types; what `npm run check` runs, with the project's own Node.js. */
export function registerCheck(program: Command): void {
  program
    .command("check")
    .description("Check formatting, lint rules and types.")
    .action(() => {
      const bin = (tool: string) => join(projectRoot, "node_modules", ".bin", tool);
      for (const [tool, ...args] of [
        ["biome", "ci", "."],
        ["tsc", "--noEmit"],
      ] as const) {
        const run = spawnSync(bin(tool), args, { cwd: projectRoot, stdio: "inherit" });
        if (run.status !== 0) throw new ExitError(1);
      }
    });
}
