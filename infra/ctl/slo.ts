import type { Command } from "commander";
import { SLO, type SloAnswer } from "../../images/runtime/control/findings.ts";
import { CtlExit } from "./ctl-error.ts";
import { gather } from "./gather.ts";
import { isAllWell, sloTable } from "./render-status.ts";
import { printJson, sessionOf } from "./session.ts";

/** `dsmilctl slo` */
export function registerSlo(program: Command): void {
  program
    .command("slo")
    .description("Show how each layer keeps its promises.")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExit codes: 0 no promise is broken, 1 one is, 2 it is not known.")
    .action(async ({ json }: { readonly json?: boolean }, command: Command) => {
      const session = sessionOf(command);
      const slo = await gather<SloAnswer>(session, "/v1/slo", SLO, { one: true });
      if (json) printJson(slo.flatMap(({ answer }) => answer.layers));
      else process.stdout.write(`${sloTable(slo, session.paint, session.width) || "Nothing is recorded yet."}\n`);
      if (!isAllWell({ nodes: [], slo })) throw new CtlExit(1);
    });
}
