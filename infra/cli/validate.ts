import type { Command } from "commander";
import pc from "picocolors";
import { judgeAll } from "../validate/criteria.ts";
import { formatJudged } from "../validate/format.ts";
import { ExitError, reportError } from "./errors.ts";
import { withFleet } from "./stores/fleet.ts";
import { collectFacts } from "./validate/collect.ts";

const COULD_NOT_RUN = 3;

/** `dsmil validate`: the exit criteria of Phase 5, each with its evidence. */
export function registerValidate(program: Command): void {
  program
    .command("validate")
    .description(
      "Hold the running fleet against the exit criteria of Phase 5, each with its evidence. Changes nothing.",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Isolation and drills are judged by their newest reports below .dsmil/reports: run \`bin/dsmil isolation\` and
\`bin/dsmil drill\` before. ? is what nothing at hand shows.

Exit codes: 0 all hold, 1 one does not, 2 none fails and something is open, 3 could not run, 64 usage.`,
    )
    .action(async ({ json }: { readonly json?: boolean }) => {
      const judged = await withFleet(async (fleet) => judgeAll(await collectFacts(fleet))).catch((error: unknown) => {
        reportError(error);
        throw new ExitError(COULD_NOT_RUN);
      });
      process.stdout.write(json ? `${JSON.stringify(judged, null, 2)}\n` : formatJudged(judged, pc));
      if (judged.some(({ verdict }) => verdict === "fail")) throw new ExitError(1);
      if (judged.some(({ verdict }) => verdict === "open")) throw new ExitError(2);
    });
}
