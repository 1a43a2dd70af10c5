import type { Command } from "commander";
import { ExitError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { projectRoot } from "./root.ts";
import { collectStatus } from "./status/collect.ts";
import { printStatus } from "./status/print.ts";

/** `dsmil status`: nodes, tenants and services as they answer now. */
export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("Show nodes, tenants and services with their health.")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExit codes: 0 all healthy, 1 something is not.")
    .action(async (options: { json?: boolean }) => {
      const status = await collectStatus(projectRoot, projectModel());
      if (options.json) process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      else printStatus(status);
      if (!status.healthy) throw new ExitError(1);
    });
}
