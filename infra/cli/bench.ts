import { type Command, InvalidArgumentError } from "commander";
import type { DeployBench } from "../../test/bench/deploy.ts";
import { deploymentOrder } from "./deploy.ts";
import { ExitError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { projectRoot } from "./root.ts";

/** Parts that a plain `bench` runs. */
const USUAL = ["deploy", "growth", "dbe", "models"] as const;
/** Parts that load or hurt the fleet that is deployed: only when they are asked for. */
const ASKED = ["flow", "throughput", "faults", "observe", "log-outage"] as const;
const PARTS = [...USUAL, ...ASKED] as const;
type Part = (typeof PARTS)[number];

interface BenchOptions {
  readonly runs: number;
  readonly containers: number;
  readonly only?: Part;
  readonly growthUp?: boolean;
  readonly events: number;
  readonly outage: number;
  readonly json?: boolean;
}

/** Exit code of a command that Ctrl-C ended: 128 + SIGINT. */
const INTERRUPTED = 130;

/**
 * `dsmil bench`: how long deployments take, beside a peer that does the same work, how that grows with tenants, and what
 * DBE adds to a message, and what models take.
 */
export function registerBench(program: Command): void {
  program
    .command("bench")
    .description(
      "Time deployments against docker compose and the Engine API, their growth by tenant, DBE messages and models; with --only also the flow of events, each layer's limit, recovery from faults, what watching costs, and whether log lines survive an outage of Loki.",
    )
    .option("--runs <n>", "interleaved runs of each side", atLeast(1), 3)
    .option("--containers <n>", "containers on all nodes together", atLeast(3), 30)
    .option("--only <part>", PARTS.join(", "), part)
    .option("--growth-up", "grow a real platform too; refused while one is deployed on the nodes")
    .option("--events <n>", "events that --only flow sends; --only observe a fifth in each run", atLeast(200), 100_000)
    .option("--outage <seconds>", "how long --only log-outage stops Loki", atLeast(5), 600)
    .option("--json", "print samples and medians as JSON on stdout")
    .addHelpText(
      "after",
      "\nWhat deploy and growth make on the nodes is called bench-… and is removed again, also after Ctrl-C. flow sends events through\nthe running fleet, faults kills every part of it, a lab's, and starts it again. See docs/benchmarks.md.",
    )
    .action(bench);
}

async function bench(options: BenchOptions): Promise<void> {
  const stop = new AbortController();
  const interrupted = (): void => stop.abort(new ExitError(INTERRUPTED));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupted);
  const step = (text: string): void => void process.stderr.write(`… ${text}\n`);
  const common = { root: projectRoot, step, signal: stop.signal };
  const usual: readonly Part[] = USUAL;
  const wanted = (part: Part): boolean => (options.only === undefined ? usual.includes(part) : options.only === part);
  try {
    const result = {
      ...(wanted("deploy") && { deploy: await deploy({ ...common, ...options, nodes: nodes() }, options) }),
      ...(wanted("growth") && { growth: await growth(common, options) }),
      ...(wanted("dbe") && { dbe: await dbe(common, options) }),
      ...(wanted("models") && { models: await models(common, options) }),
      ...(wanted("flow") && { flow: await flow(common, options) }),
      ...(wanted("throughput") && { throughput: await throughput(common, options) }),
      ...(wanted("observe") && { observe: await observe(common, options) }),
      ...(wanted("log-outage") && { logOutage: await logOutage(common, options) }),
      ...(wanted("faults") && { faults: await faults(common, options) }),
    };
    if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    if ([result.flow, result.observe, result.logOutage, result.faults].some((one) => one && one.problems.length > 0))
      throw new ExitError(1);
  } catch (error) {
    // What was being done ends with an error of its own when it is stopped; the reason is the signal.
    stop.signal.throwIfAborted();
    throw error;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, interrupted);
  }
}

const nodes = () => deploymentOrder(projectModel());

async function deploy(bench: DeployBench, { json, runs, containers }: BenchOptions) {
  // Only this command needs them: every other starts without.
  const { benchDeploy } = await import("../../test/bench/deploy.ts");
  const { deployRows, deployTable } = await import("../../test/bench/report.ts");
  const samples = await benchDeploy(bench);
  if (!json) process.stdout.write(`\n${deployTable(samples, runs, containers)}\n\n`);
  return { runs, containers, rows: deployRows(samples), samples };
}

async function growth(common: Common & { readonly root: string }, options: BenchOptions) {
  const { benchGrowth } = await import("../../test/bench/growth.ts");
  const { growthTable } = await import("../../test/bench/growth-report.ts");
  const result = await benchGrowth({ ...common, runs: options.runs, up: options.growthUp ?? false });
  if (!options.json) process.stdout.write(`\n${growthTable(result)}\n\n`);
  return result;
}

/** What every part is told. */
interface Common {
  readonly step: (text: string) => void;
  readonly signal: AbortSignal;
}

async function dbe(common: Common, { json, runs }: BenchOptions) {
  const { benchDbe } = await import("../../test/bench/dbe/bench.ts");
  const { dbeRows, dbeTable } = await import("../../test/bench/dbe/report.ts");
  const result = await benchDbe({ ...common, runs });
  if (!json) process.stdout.write(`\n${dbeTable(result, runs)}\n\n`);
  return { runs, rows: dbeRows(result), ...result };
}

async function models(common: Common, { json, runs }: BenchOptions) {
  const { benchModels } = await import("../../test/bench/models/bench.ts");
  const { modelTable } = await import("../../test/bench/models/report.ts");
  const result = await benchModels({ ...common, runs });
  if (!json) process.stdout.write(`\n${modelTable(result, runs)}\n\n`);
  return { runs, ...result };
}

async function flow(common: Common, { json, events }: BenchOptions) {
  const { benchFlow } = await import("../../test/bench/load/flow.ts");
  const { flowTable } = await import("../../test/bench/load/flow-report.ts");
  const result = await benchFlow({ ...common, events });
  if (!json) process.stdout.write(`\n${flowTable(result)}\n\n`);
  return result;
}

async function throughput(common: Common, { json, runs }: BenchOptions) {
  const { benchThroughput } = await import("../../test/bench/throughput/bench.ts");
  const { throughputTable } = await import("../../test/bench/throughput/report.ts");
  const result = await benchThroughput({ ...common, runs });
  if (!json) process.stdout.write(`\n${throughputTable(result, runs)}\n\n`);
  return { runs, ...result };
}

async function observe(common: Common, { json, runs, events }: BenchOptions) {
  const { benchObserve } = await import("../../test/bench/observe/observe.ts");
  const { observeCost, observeTable } = await import("../../test/bench/observe/report.ts");
  const result = await benchObserve({ ...common, runs, events: Math.ceil(events / 5) });
  if (!json) process.stdout.write(`\n${observeTable(result)}\n\n`);
  return { ...observeCost(result), ...result };
}

async function logOutage(common: Common, { json, outage }: BenchOptions) {
  const { benchLogOutage } = await import("../../test/bench/log-outage/log-outage.ts");
  const { logOutageTable } = await import("../../test/bench/log-outage/report.ts");
  const result = await benchLogOutage({ ...common, seconds: outage });
  if (!json) process.stdout.write(`\n${logOutageTable(result)}\n\n`);
  return result;
}

async function faults(common: Common, { json }: BenchOptions) {
  const { benchFaults } = await import("../../test/bench/faults/faults.ts");
  const { faultsTable } = await import("../../test/bench/faults/report.ts");
  const result = await benchFaults(common);
  if (!json) process.stdout.write(`\n${faultsTable(result)}\n\n`);
  return result;
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) throw new InvalidArgumentError(`give a whole number from ${least}.`);
    return value;
  };
}

function part(text: string): string {
  if (PARTS.some((name) => name === text)) return text;
  throw new InvalidArgumentError(`give one of ${PARTS.join(", ")}.`);
}
