import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { removeDeadLocks } from "./dead-locks.ts";
import { changes, deploymentOrder, requireNodes } from "./deploy.ts";
import { UserError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { Phases } from "./phases.ts";
import { pulumi, tail } from "./pulumi.ts";
import { projectRoot } from "./root.ts";

/** `dsmil destroy`: every stack, in the reverse of the order of deployment. */
export function registerDestroy(program: Command): void {
  program
    .command("destroy")
    .description("Remove everything the stacks made on the nodes, with the data in it.")
    .option("--yes", "do not ask")
    .addHelpText("after", "\nThe lab's machines stay; `bin/dsmil lab destroy` removes them.")
    .action(async (options: { yes?: boolean }) => {
      const model = projectModel();
      if (!options.yes) await confirm();
      const phases = new Phases();
      const nodes = deploymentOrder(model).reverse();
      await phases.run("reach nodes", () => requireNodes(projectRoot, nodes));
      for (const node of nodes) {
        await phases.run(
          `pulumi destroy ${node.id}`,
          () => destroyStack(node.id),
          (note) => note,
        );
      }
    });
}

async function destroyStack(stack: string): Promise<string> {
  removeDeadLocks(projectRoot, stack);
  const run = await pulumi(projectRoot, ["destroy", "--stack", stack, "--yes", "--skip-preview"]);
  if (run.code === 0) return changes(run.stdout);
  if (/no stack named/.test(run.stderr)) return "no such stack";
  throw new UserError(
    `node ${stack}: pulumi destroy failed\n${tail(run)}`,
    "run the same command again: it continues from here",
  );
}

async function confirm(): Promise<void> {
  if (!process.stdin.isTTY) throw new UserError("destroy needs a yes and there is no terminal to ask on", "add --yes");
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question("This removes every tenant's data on all nodes. Type `destroy` to go on: ");
  prompt.close();
  if (answer.trim() !== "destroy") throw new UserError("not confirmed", "nothing was changed");
}
