import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { pulumiEnv } from "../toolchain/env.ts";
import { ExitError } from "./errors.ts";
import { prepare } from "./prepare.ts";
import { projectRoot } from "./root.ts";

/**
 * Test projects of vitest.config.ts in the order they run: what needs least comes first. The lanes of a stage run side by
 * side: one starts servers and waits for them, the other waits for engines and machines.
 */
const STAGES = [
  [["unit"]],
  [["component"]],
  [["services"], ["images", "provider", "machines"]],
  [["lab"]],
] as const satisfies readonly (readonly (readonly string[])[])[];
const PROJECTS: readonly string[] = STAGES.flat(2);

/** The projects that need this machine's packages, engine and Pulumi. */
const NEED_MACHINE: readonly string[] = ["services", "images", "provider", "machines", "lab"];

interface TestOptions {
  readonly only?: string[];
  readonly keepLab?: boolean;
}

/** `dsmil test`: every test, from unit to lab, on a machine where nothing is installed. */
export function registerTest(program: Command): void {
  program
    .command("test")
    .description(
      "Run every test: unit, component, services, images, provider, machines, then the lab from up to destroy.",
    )
    .option("--only <project...>", `run these only: ${PROJECTS.join(", ")}`)
    .option("--keep-lab", "leave the lab running after the tests")
    .addHelpText("after", "\nTests start what they need, an engine included, and stop what they started.")
    .action(test);
}

async function test({ only, keepLab = false }: TestOptions): Promise<void> {
  const wanted = (project: string): boolean => only === undefined || only.includes(project);
  const needsMachine = PROJECTS.some((project) => wanted(project) && NEED_MACHINE.includes(project));
  const release = needsMachine ? await prepare() : async () => {};
  const results: Counts[] = [];
  let stopped = false;
  const stop = (): void => {
    stopped = true;
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
  const runLane = async (projects: readonly string[], shown: boolean): Promise<void> => {
    // One run a project: the projects of one vitest run would share the machine's cores and each other's engine.
    for (const project of projects) if (!stopped) results.push(await runProject(project, { keepLab, shown }));
  };
  try {
    for (const stage of STAGES) {
      const lanes = stage.map((lane) => lane.filter(wanted)).filter((lane) => lane.length > 0);
      await Promise.all(lanes.map((lane, at) => runLane(lane, at === 0)));
    }
  } finally {
    if (!keepLab) await release();
  }
  const sum = (key: keyof Counts): number => results.reduce((total, r) => total + r[key], 0);
  process.stdout.write(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped\n`);
  if (stopped || sum("failed") > 0 || results.some((r) => r.code !== 0)) throw new ExitError(1);
}

interface RunOptions {
  readonly keepLab: boolean;
  /** Whether what it prints is shown as it comes; else once it has ended, so that two do not mix. */
  readonly shown: boolean;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly code: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

async function runProject(project: string, { keepLab, shown }: RunOptions): Promise<Counts> {
  const file = join(projectRoot, ".dsmil/test", `${project}.json`);
  rmSync(file, { force: true });
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const code = await vitest(args, shown, keepLab ? { DSMIL_KEEP_LAB: "1" } : {});
  // A run that ended before it could report failed as a whole.
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, code };
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  const failed = report.numFailedTests;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    code,
  };
}

function vitest(args: readonly string[], shown: boolean, env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(projectRoot, "node_modules/vitest/vitest.mjs"), ...args], {
      cwd: projectRoot,
      env: { ...process.env, ...pulumiEnv(projectRoot), ...env },
      stdio: shown ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part: Buffer) => printed.push(part));
    // Vitest takes down what a run has set up when it is interrupted; a terminal's Ctrl-C reaches it by itself.
    const interrupt = (): void => void child.kill("SIGINT");
    process.once("SIGTERM", interrupt);
    child.on("error", reject);
    child.on("close", (code) => {
      process.removeListener("SIGTERM", interrupt);
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}
