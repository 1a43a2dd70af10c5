import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { DRILLS } from "../drills/all.ts";
import { type DrillReport, drillMarkdown } from "../drills/report.ts";
import { runDrills } from "../drills/run.ts";
import type { Drill, DrillResult } from "../drills/types.ts";
import { drillContext } from "./drill/context.ts";
import { ExitError, reportError } from "./errors.ts";
import { REPORTS } from "./isolation/save.ts";
import { type Fleet, findTenant, withFleet } from "./stores/fleet.ts";

interface DrillOptions {
  readonly tenant?: string;
  readonly only?: readonly Drill[];
  readonly officer?: readonly string[];
  readonly json?: boolean;
}

const COULD_NOT_RUN = 3;
const MARKS: Readonly<Record<DrillResult["verdict"], string>> = {
  pass: pc.green("✓"),
  fail: pc.red("✗"),
  unproven: pc.yellow("?"),
  error: pc.red("!"),
};

/** `dsmil drill`: the red-team drills of Phase 5 on the running fleet, each with a control that must work. */
export function registerDrill(program: Command): void {
  program
    .command("drill")
    .description("Attack the running fleet in six ways that must be stopped, and see that the rightful way works.")
    .option("-t, --tenant <id>", "tenant that is attacked (default: the first of the manifest)")
    .option("--only <number...>", "drills to run, 1 to 6", collect)
    .option("--officer <file...>", "keys of two officers of the attacked tenant, for the controls of drills 5 and 6")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
The report is written as Markdown and as JSON below .dsmil/reports. Drill 2 puts two events on the tenant's SOC_EVENTS.

Examples:
  bin/dsmil drill --officer .dsmil/officers/alpha-first.key .dsmil/officers/alpha-second.key
  bin/dsmil drill --only 1 4

Exit codes: 0 all stopped and proven, 1 otherwise, 3 could not run, 64 usage.`,
    )
    .action(async (options: DrillOptions) => {
      const passed = await withFleet((fleet) => drill(fleet, options)).catch((error: unknown) => {
        reportError(error);
        throw new ExitError(COULD_NOT_RUN);
      });
      if (!passed) throw new ExitError(1);
    });
}

function collect(text: string, before: readonly Drill[] = []): readonly Drill[] {
  const found = DRILLS.find(({ number, id }) => String(number) === text || id === text);
  if (found) return [...before, found];
  throw new InvalidArgumentError(`expected ${DRILLS.map(({ number, id }) => `${number} (${id})`).join(", ")}`);
}

async function drill(fleet: Fleet, { tenant, only = DRILLS, officer = [], json }: DrillOptions): Promise<boolean> {
  const { model, root } = fleet;
  const victim = findTenant(model, tenant ?? model.tenants[0]?.id ?? "");
  const context = await drillContext(fleet, victim.id, officer);
  const startedAt = new Date();
  const results = await runDrills(only, context, (result) => {
    if (!json) process.stdout.write(line(result));
  });
  const report: DrillReport = {
    format: "dsmil drill report v1",
    fleet: model.fleet.name,
    nodes: model.nodes.map(({ id }) => id),
    tenants: [context.attacker.id, context.victim.id].sort(),
    startedAt: startedAt.toISOString(),
    seconds: Math.round(Date.now() - startedAt.getTime()) / 1000,
    passed: results.every(({ verdict }) => verdict === "pass"),
    results,
  };
  const file = save(root, report);
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else process.stdout.write(`\n${summary(report)}\n${pc.dim(`report: ${file}.md, ${file}.json`)}\n`);
  return report.passed;
}

function line({ number, scenario, verdict, note, milliseconds }: DrillResult): string {
  return `${MARKS[verdict]} ${number}  ${scenario.padEnd(54)} ${pc.dim(`${milliseconds} ms`)}\n     ${note}\n`;
}

function summary({ results, passed }: DrillReport): string {
  const count = results.filter(({ verdict }) => verdict === "pass").length;
  const text = `${count} of ${results.length} attacks stopped and proven`;
  return passed ? pc.green(text) : pc.red(text);
}

function save(root: string, report: DrillReport): string {
  const folder = join(root, REPORTS);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `drill-${report.startedAt.replaceAll(/[-:]|\.\d+/g, "")}`);
  writeFileSync(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
  writeFileSync(`${path}.md`, drillMarkdown(report), { mode: 0o600 });
  return path;
}
