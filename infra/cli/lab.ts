import type { Command } from "commander";
import pc from "picocolors";
import { buildImages } from "../images/build.ts";
import { createLab } from "../lab/create-lab.ts";
import { ensureEngine } from "../lab/engine.ts";
import { labStatus } from "../lab/lab-status.ts";
import { labDestroy } from "./lab-destroy.ts";
import { projectLab, projectModel } from "./model.ts";
import { Phases } from "./phases.ts";
import { projectRoot } from "./root.ts";

/** `dsmil lab`: the three machines that stand in for real ones. */
export function registerLab(program: Command): void {
  const lab = program.command("lab").description("Create, look at and remove the lab's machines.");
  lab
    .command("create")
    .description("Create the machines and wait until SSH and their engines answer.")
    .action(async () => {
      const phases = new Phases();
      const model = projectModel();
      await phases.run("container engine", (step) => ensureEngine(projectRoot, step));
      await phases.run("lab image", (step) => buildImages(projectRoot, ["dsmil-lab-node"], { progress: step }));
      await phases.run(
        "lab machines",
        (step) => createLab(projectLab(model), step),
        (l) => l.notes.join("; "),
      );
    });
  lab
    .command("status")
    .description("Show each machine: running, reachable, engine version.")
    .option("--json", "print JSON")
    .action(async (options: { json?: boolean }) => {
      const machines = await labStatus(projectLab(projectModel()));
      if (options.json) process.stdout.write(`${JSON.stringify(machines, null, 2)}\n`);
      else
        for (const m of machines)
          process.stdout.write(
            `${m.status === "running" ? pc.green("●") : pc.red("●")} ${m.node.padEnd(10)} ${m.address.padEnd(14)} ${m.status}${m.engine ? `, engine ${m.engine}` : ""}\n`,
          );
    });
  lab
    .command("destroy")
    .description("Remove the machines, their volumes, network and keys, and the stacks' state with them.")
    .option("--stale", "also a lab of another project folder, if that folder is gone or no engine was running")
    .action((options: { stale?: boolean }) => labDestroy(options.stale ?? false));
}
