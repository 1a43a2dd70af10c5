import type { Command } from "commander";
import pc from "picocolors";
import type { PlanStyle } from "../plan/format.ts";
import { formatReview } from "../plan/format-review.ts";
import { writeChangeRequest } from "./change.ts";
import { deploymentOrder, requireNodes } from "./deploy.ts";
import { ExitError, UserError } from "./errors.ts";
import { deployableModel } from "./model.ts";
import { Phases } from "./phases.ts";
import { compilePolicies } from "./policies-phase.ts";
import { reviewPlan } from "./review-plan.ts";
import { projectRoot } from "./root.ts";

interface PlanOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly refresh: boolean;
  readonly changeOut?: string;
  readonly requester?: string;
  readonly title?: string;
  readonly emergency?: string;
}

const TERMINAL: PlanStyle = {
  heading: (text) => pc.bold(text),
  action: (action, text) =>
    ({ create: pc.green, update: pc.yellow, replace: pc.magenta, delete: pc.red })[action](text),
  name: (text) => text,
  warn: (text) => pc.red(text),
};

const MARKDOWN: PlanStyle = {
  heading: (text) => `### ${text}`,
  action: (_action, text) => `- ${text}`,
  name: (text) => `\`${text}\``,
  warn: (text) => `**${text}**`,
};

/** `dsmil plan`: the previews of all stacks as one review by tenant and device. */
export function registerPlan(program: Command): void {
  program
    .command("plan")
    .description("Show what `up` would do: by tenant and device, with downtime and data at risk.")
    .option("--json", "print the review as JSON")
    .option("--markdown", "print the review for a comment")
    .option("--no-refresh", "compare with the state only, without looking at the nodes for drift")
    .option("--change-out <file>", "write a change request for this very plan, for reviewers to approve")
    .option("--requester <name>", "who asks for the change (default: the user of this machine)")
    .option("--title <text>", "its title")
    .option("--emergency <reason>", "declare it an emergency: applied at once, reviewed afterwards")
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing would change, 2 something would, 1 the plan could not be made, or breaks a policy.",
    )
    .action(plan);
}

async function plan(options: PlanOptions): Promise<void> {
  const model = deployableModel();
  const phases = new Phases();
  await phases.run("reach nodes", () => requireNodes(projectRoot, deploymentOrder(model)));
  await compilePolicies(phases);
  const review = await reviewPlan(phases, model, options.refresh);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(review, null, 2)}\n`
      : formatReview(review, options.markdown ? MARKDOWN : TERMINAL),
  );
  if (options.changeOut !== undefined) writeChangeRequest(options.changeOut, review, options);
  const broken = review.policyFindings.length;
  if (broken > 0) throw new UserError(`the plan breaks policies ${broken} times: \`up\` would refuse it`);
  if (review.groups.length > 0) throw new ExitError(2);
}
