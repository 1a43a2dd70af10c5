import type { Command } from "commander";
import pc from "picocolors";
import type { Board } from "../dashboards/board.ts";
import { boardsFor } from "../dashboards/boards.ts";
import { askBoards, type PanelNumbers } from "../dashboards/numbers/ask-boards.ts";
import type { Model } from "../model/types.ts";
import type { PrometheusFlags } from "./dashboards/open-prometheus.ts";
import { checkReport, hasData, printCheck } from "./dashboards/print-check.ts";
import { printNumbers } from "./dashboards/print-numbers.ts";
import { withPrometheus } from "./dashboards/with-prometheus.ts";
import { ExitError, reportError, UserError } from "./errors.ts";
import { projectModel } from "./model.ts";
import { findTenant } from "./stores/fleet.ts";

interface DashboardFlags extends PrometheusFlags {
  readonly out?: string;
  readonly tenantGate?: string;
  readonly check?: true;
  readonly show?: string;
  readonly tenant?: string;
  readonly json?: true;
}

const COULD_NOT_ASK = 3;

/** `dsmil dashboards`: Grafana's files, whether every panel has data, and the same numbers without Grafana. */
export function registerDashboards(program: Command): void {
  program
    .command("dashboards")
    .description("Write the dashboards for Grafana, check that each panel has data, or show their numbers here.")
    .option("--out <dir>", "write dashboards and provisioning for Grafana to this folder")
    .option("--tenant-gate <url>", "with --out: the gate that lets a tenant's people see their tenant alone")
    .option("--check", "run every query of every panel, for each tenant; list the panels without data")
    .option("--show <name>", "print the numbers of one dashboard, by its name or uid")
    .option("-t, --tenant <id>", "with --check or --show: of this tenant alone")
    .option("--prometheus <url>", "Prometheus to ask (default: the fleet's)")
    .option("--ca <file>", "PEM of the authority of its certificate")
    .option("--cert <file>", "PEM of a client certificate that it accepts")
    .option("--key <file>", "PEM of that certificate's key")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Without an option it lists the dashboards. A panel without data is one whose queries give no number now: nothing that it
counts is scraped, or nothing was measured in its time.

Examples:
  bin/dsmil dashboards --show slo
  bin/dsmil dashboards --check --json | jq .withoutData
  bin/dsmil dashboards --out build/grafana

Exit codes: 0 done, and with --check every panel has data, 1 not, 3 Prometheus could not be asked, 64 usage.`,
    )
    .action(async (flags: DashboardFlags, command: Command) => {
      const { out, check, show } = flags;
      if ([out, check, show].filter((one) => one !== undefined).length > 1) {
        command.error("error: --out, --check and --show are three commands: give one of them");
      }
      const model = projectModel();
      if (out !== undefined) await write(model, out, flags);
      else if (check) await checkAll(model, flags);
      else if (show !== undefined) await showOne(model, show, flags);
      else list(boardsFor({ model }), flags);
    });
}

function list(boards: readonly Board[], { json }: DashboardFlags): void {
  const rows = boards.map(({ uid, title, description, rows: parts }) => {
    return { uid, title, description, panels: parts.reduce((sum, { panels }) => sum + panels.length, 0) };
  });
  const text = rows.map(
    ({ uid, title, description, panels }) => `${pc.bold(title)} (${uid}, ${panels} panels)\n  ${description}`,
  );
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : `${text.join("\n")}\n`);
}

async function write(model: Model, out: string, { tenantGate, json }: DashboardFlags): Promise<void> {
  // Grafana's builders are read only for this: every other command starts without them.
  const { writeGrafana } = await import("./dashboards/write-grafana.ts");
  const { files, notes } = writeGrafana(model, out, tenantGate);
  const text = [
    `${pc.green("✓")} ${files.length} files in ${out}`,
    ...notes.map((note) => `${pc.yellow("!")} ${note}`),
  ];
  process.stdout.write(json ? `${JSON.stringify({ out, files, notes }, null, 2)}\n` : `${text.join("\n")}\n`);
}

async function checkAll(model: Model, flags: DashboardFlags): Promise<void> {
  const numbers = await ask(chosen(model, boardsFor({ model }), flags), flags);
  process.stdout.write(flags.json ? `${JSON.stringify(checkReport(numbers), null, 2)}\n` : printCheck(numbers));
  if (!numbers.every(hasData)) throw new ExitError(1);
}

async function showOne(model: Model, name: string, flags: DashboardFlags): Promise<void> {
  const boards = boardsFor({ model });
  const wanted = plain(name);
  const board = boards.find(({ uid, title }) =>
    [uid, uid.replace("dsmil-", ""), title].some((one) => plain(one) === wanted),
  );
  if (board === undefined) {
    throw new UserError(
      `there is no dashboard ${JSON.stringify(name)}`,
      `there are ${boards.map(({ uid }) => uid.replace("dsmil-", "")).join(", ")}`,
    );
  }
  const numbers = await ask(chosen(model, [board], flags), flags);
  process.stdout.write(flags.json ? `${JSON.stringify(numbers, null, 2)}\n` : printNumbers(numbers));
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** With one tenant chosen, as a person does by the variable. */
function chosen(model: Model, boards: readonly Board[], { tenant }: DashboardFlags): readonly Board[] {
  if (tenant === undefined) return boards;
  const { prefix } = findTenant(model, tenant);
  return boards.map((board) => (board.tenants.length === 0 ? board : { ...board, tenants: [prefix] }));
}

async function ask(boards: readonly Board[], flags: DashboardFlags): Promise<readonly PanelNumbers[]> {
  try {
    return await withPrometheus(flags, async (prometheus) => {
      // One that is away would refuse every query, with the same words.
      await prometheus.query("vector(1)");
      return askBoards(prometheus, boards);
    });
  } catch (error) {
    reportError(error instanceof UserError ? error : new UserError(`Prometheus: ${(error as Error).message}`));
    throw new ExitError(COULD_NOT_ASK);
  }
}
