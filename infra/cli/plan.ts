import type { Command } from "commander";
import pc from "picocolors";
import { formatPlan, type PlanStyle } from "../plan/format.ts";
import { type Preview, parsePreview } from "../plan/preview.ts";
import { summarize } from "../plan/summarize.ts";
import { deploymentOrder, requireNodes } from "./deploy.ts";
import { ExitError, UserError } from "./errors.ts";
import { deployableModel } from "./model.ts";
import { Phases } from "./phases.ts";
import { compilePolicies } from "./policies-phase.ts";
import { ensureStack, pulumi, tail } from "./pulumi.ts";
import { projectRoot } from "./root.ts";

interface PlanOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly refresh: boolean;
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

/** `dsmil plan`: the previews of all stacks as one summary by tenant and device. */
export function registerPlan(program: Command): void {
  program
    .command("plan")
    .description("Show what `up` would do: by tenant and device, with downtime and data at risk.")
    .option("--json", "print the summary as JSON")
    .option("--markdown", "print the summary for a review comment")
    .option("--no-refresh", "compare with the state only, without looking at the nodes for drift")
    .addHelpText("after", "\nExit codes: 0 nothing would change, 2 something would, 1 the plan could not be made.")
    .action(plan);
}

async function plan(options: PlanOptions): Promise<void> {
  const model = deployableModel();
  const phases = new Phases();
  const nodes = deploymentOrder(model);
  await phases.run("reach nodes", () => requireNodes(projectRoot, nodes));
  await compilePolicies(phases);
  const previews = new Map<string, Preview>();
  await phases.run(`preview ${nodes.map((n) => n.id).join(", ")}`, async () => {
    for (const node of nodes) await ensureStack(projectRoot, node.id);
    const found = await Promise.all(nodes.map((node) => preview(node.id, options.refresh)));
    for (const [i, node] of nodes.entries()) previews.set(node.id, found[i] as Preview);
  });
  const summary = summarize(previews);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(summary, null, 2)}\n`
      : formatPlan(summary, options.markdown ? MARKDOWN : TERMINAL),
  );
  if (summary.groups.length > 0) throw new ExitError(2);
}

async function preview(stack: string, refresh: boolean): Promise<Preview> {
  const run = await pulumi(projectRoot, ["preview", "--json", "--stack", stack, ...(refresh ? ["--refresh"] : [])]);
  if (run.code !== 0) throw new UserError(`node ${stack}: the preview failed\n${tail(run)}`);
  return parsePreview(run.stdout);
}
