import type { Command } from "commander";
import { buildImages } from "../images/build.ts";
import { wantedImages } from "../images/wanted.ts";
import { createLab, type Lab } from "../lab/create-lab.ts";
import type { LoadedModel } from "../model/load.ts";
import type { Model, Node } from "../model/types.ts";
import { ChangeRun } from "./change.ts";
import { deploymentOrder, deploymentStages, deployStage, matchesState, requireNodes } from "./deploy.ts";
import { EditWatch } from "./edit-watch.ts";
import { UserError } from "./errors.ts";
import { type GoodState, goodState, keepGood, recordAttempt } from "./good-states.ts";
import { isDeployed, recordDeployment } from "./last-deployment.ts";
import { deployableManifest, manifestPath, projectLab } from "./model.ts";
import { fetchModels } from "./models-phase.ts";
import { Phases } from "./phases.ts";
import { compilePolicies } from "./policies-phase.ts";
import { checkModel, refuseViolations } from "./policy-pack.ts";
import { prepareMachine } from "./prepare.ts";
import { ensureStack } from "./pulumi.ts";
import { refuseDataLoss } from "./removed-tenants.ts";
import { reviewPlan } from "./review-plan.ts";
import { projectRoot } from "./root.ts";
import { settledStatus } from "./settled-status.ts";
import { printStatus } from "./status/print.ts";
import { switchOnLoki } from "./switch-on-loki.ts";

export interface UpOptions {
  readonly lab: boolean;
  readonly refresh: boolean;
  readonly drop: readonly string[];
  readonly json?: boolean;
  readonly logs?: boolean;
  /** File of an approved change request. */
  readonly change?: string;
  /** `at` of the good state that `rollback` returns to. */
  readonly returnsTo?: string;
}

/** `dsmil up`: from whatever there is to three nodes running what the manifest says. */
export function registerUp(program: Command): void {
  program
    .command("up")
    .description("Install what is missing, create the lab's machines, build the images and deploy every stack.")
    .option("--no-lab", "deploy to the machines named in the stack files (Pulumi.<node>.yaml), over SSH")
    .option("--no-refresh", "trust the state instead of looking at the nodes first (faster; leaves drift as it is)")
    .option("--drop <tenant...>", "allow the data of these removed tenants to be dropped", [])
    .option("--logs", "deploy Loki with what ships lines to it: sets logs.loki in the manifest (docs/logs.md)")
    .option("--change <file>", "apply this approved change request, and nothing but the plan it was approved for")
    .option("--json", "print phases and status as JSON on stdout")
    .addHelpText(
      "after",
      "\nRun it again at any time: it does only what is left. Exit codes: 0 done, 1 stopped with a reason, 64 usage.",
    )
    .action(up);
}

/** What one `up` is about. */
interface Run {
  readonly phases: Phases;
  readonly loaded: LoadedModel;
  readonly options: UpOptions;
  readonly change: ChangeRun | undefined;
}

/** From the manifest to healthy services, however much of it is there. */
export async function up(options: UpOptions): Promise<void> {
  if (options.logs && options.change !== undefined)
    throw new UserError(
      "--logs edits the manifest, and --change applies only the plan that was approved; nothing was changed",
      "set logs.loki: true in the manifest, then `bin/dsmil plan --change-out FILE` asks for that change",
    );
  const phases = new Phases();
  const change = options.change === undefined ? undefined : new ChangeRun(options.change);
  // What a lab left behind must not lead a run for real machines to its endpoints.
  if (!options.lab) process.env.DSMIL_NO_LAB = "1";
  if (options.logs)
    await phases.run(
      "logs.loki in the manifest",
      async () => switchOnLoki(manifestPath()),
      (text) => text,
    );
  const loaded = await phases.run("check manifest", async () => deployableManifest(), summary);
  const { model } = loaded;
  await phases.run("policy pack", async () => refuseViolations(checkModel(model)));
  await prepareMachine(phases, model, options.lab);
  await compilePolicies(phases);
  await fetchModels(phases, model);
  await phases.run(
    "images",
    (step) => buildImages(projectRoot, wantedImages(model, options.lab), { progress: step }),
    built,
  );
  if (options.lab) await phases.run("lab machines", (step) => createLab(projectLab(model), step), labNote);
  const run: Run = { phases, loaded, options, change };
  try {
    await settle(run, await deployAll(run));
  } catch (error) {
    change?.end("failed");
    throw error;
  }
}

/** Waits for health, tells it, and remembers a good end. */
async function settle({ phases, loaded, options, change }: Run, deployed: GoodState | undefined): Promise<void> {
  const { model } = loaded;
  const status = await phases.run(
    "health",
    () => settledStatus(model),
    (s) => s.summary,
  );
  if (status.healthy) keepGood(projectRoot, deployed);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ phases: phases.results, status }, null, 2)}\n`);
  } else {
    printStatus(status);
    printNext(phases, model);
  }
  change?.end(status.healthy ? "applied" : "not healthy");
  if (!status.healthy)
    throw new UserError(
      "some services are not healthy",
      "see the table above; `bin/dsmil status` again in a moment; `bin/dsmil rollback` returns to the last good state",
    );
}

/**
 * Deploys the stacks in order; stops at the first that fails, so that nothing builds on a broken one. Where nothing was
 * edited since the last run, one look at all nodes is enough, unless it finds drift.
 * @returns what is deployed now; undefined where that cannot be said, as files were edited meanwhile
 */
async function deployAll(run: Run): Promise<GoodState | undefined> {
  const { phases, loaded, options, change } = run;
  const nodes = deploymentOrder(loaded.model);
  await phases.run(
    "reach nodes",
    () => requireNodes(projectRoot, nodes),
    () => `${nodes.length} of ${nodes.length}`,
  );
  // Pulumi writes into the settings of a stack that it makes: no edit.
  for (const { id } of nodes) await ensureStack(projectRoot, id);
  const watch = new EditWatch(projectRoot, manifestPath(), loaded);
  const state = goodState(loaded);
  if (change) {
    const review = await reviewPlan(phases, loaded.model, options.refresh);
    watch.refuse([], []);
    change.admit(review);
  }
  if (options.refresh && isDeployed(projectRoot, loaded.model)) {
    const clean = await phases.run(
      "compare nodes",
      (step) => matchesState(projectRoot, nodes, step),
      (same) => (same ? "nothing to do" : "something changed on the nodes"),
    );
    if (clean) return state;
  }
  await refuseDataLoss(projectRoot, loaded.model, options.drop);
  recordAttempt(projectRoot, state, options.returnsTo);
  await deployStages(run, watch);
  if (watch.edited() !== undefined) return undefined;
  recordDeployment(projectRoot, loaded.model);
  return state;
}

/** One stage after the other; under a change request only while nothing is edited. */
async function deployStages({ phases, loaded, options, change }: Run, watch: EditWatch): Promise<void> {
  const stages = deploymentStages(loaded.model);
  const ids = (part: readonly (readonly Node[])[]): string[] => part.flat().map(({ id }) => id);
  for (const [at, stage] of stages.entries()) {
    if (change) watch.refuse(ids(stages.slice(0, at)), ids(stages.slice(at)));
    await phases.run(
      `pulumi up ${stage.map(({ id }) => id).join(", ")}`,
      (step) => deployStage(projectRoot, stage, options, step),
      (results) =>
        results.map(({ stack, changes }) => (stage.length > 1 ? `${stack}: ${changes}` : changes)).join("; "),
    );
  }
}

const summary = ({ model: m }: LoadedModel): string =>
  `${m.nodes.length} nodes, ${m.tenants.length} tenants, ${m.containers.length} containers`;
const labNote = ({ machines, notes }: Lab): string => [`${machines.length} machines`, ...notes].join("; ");
const built = (names: readonly string[]): string => (names.length ? `built ${names.length}` : "nothing to do");

function printNext(phases: Phases, model: Model): void {
  const tenant = model.tenants[0]?.id ?? "alpha";
  process.stdout.write(
    [
      `\nup in ${phases.elapsed.toFixed(1)} s. Next:`,
      `  bin/dsmil events send --tenant ${tenant} FILE   # Suricata EVE JSON or syslog lines`,
      `  bin/dsmil events tail --tenant ${tenant}`,
      "  bin/dsmil isolation                       # try every tenant's credentials on the others",
      "  edit manifest.yaml, then: bin/dsmil plan && bin/dsmil up",
      "",
    ].join("\n"),
  );
}
