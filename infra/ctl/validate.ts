import type { Command } from "commander";
import { TENANTS, type TenantsAnswer } from "../../images/runtime/control/answers.ts";
import { formatJudged } from "../validate/format.ts";
import { askNodes } from "./ask-node.ts";
import { CtlExit } from "./ctl-error.ts";
import { clean } from "./paint.ts";
import { printJson, sessionOf } from "./session.ts";
import { collect } from "./status.ts";
import { CRITERIA } from "./validate/criteria.ts";

/** `dsmilctl validate`: the exit criteria of Phase 5, as far as an operator's certificate shows them. */
export function registerValidate(program: Command): void {
  program
    .command("validate")
    .description("Hold the fleet against the exit criteria of Phase 5, each with its evidence.")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
? is what the control API does not show: \`bin/dsmil validate\` judges all of them, where the fleet is deployed from.

Exit codes: 0 all hold, 1 one does not, 3 none fails and something is open.`,
    )
    .action(async ({ json }: { readonly json?: boolean }, command: Command) => {
      const session = sessionOf(command);
      const [status, answers] = await Promise.all([
        collect(session),
        askNodes<TenantsAnswer>(session.nodes, session.credentials, "/v1/tenants", TENANTS),
      ]);
      const seen = answers.flatMap((one) => ("answer" in one ? one.answer.tenants.map(({ id }) => clean(id)) : []));
      const told = { ...status, tenants: [...new Set(seen)].sort() };
      const judged = CRITERIA.map(({ section, what, judge }) => ({ section, what, ...judge(told) })).map((one) => ({
        ...one,
        evidence: clean(one.evidence),
      }));
      if (json) printJson(judged);
      else process.stdout.write(formatJudged(judged, session.paint));
      if (judged.some(({ verdict }) => verdict === "fail")) throw new CtlExit(1);
      if (judged.some(({ verdict }) => verdict === "open")) throw new CtlExit(3);
    });
}
