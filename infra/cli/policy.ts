import type { Command } from "commander";
import { testRules } from "../policy/test-rules.ts";
import { UserError } from "./errors.ts";
import { Phases } from "./phases.ts";
import { compilePolicies } from "./policies-phase.ts";
import { projectRoot } from "./root.ts";

/** `dsmil policy`: check, test and compile the rules of policies/tenants. */
export function registerPolicy(program: Command): void {
  const policy = program.command("policy").description("Check, test and compile the tenants' policies.");
  policy
    .command("test")
    .description("Check the rules strictly against their schemas, run their tests, print the coverage.")
    .action(test);
  policy
    .command("compile")
    .description("Compile the rules for the nodes, where these sources never were; `up` does it by itself.")
    .action(() => compilePolicies(new Phases()));
}

async function test(): Promise<void> {
  const report = await new Phases().run(
    "policies",
    (step) => testRules({ root: projectRoot, progress: step }),
    ({ tests, coverage }) => `${tests} tests, ${coverage} % of the rules covered`,
  );
  if (report.problems.length > 0) throw new UserError(report.problems.join("\n"), "correct policies/tenants");
}
