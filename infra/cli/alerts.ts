import type { Command } from "commander";
import pc from "picocolors";
import { firingAlerts } from "./alerts/firing.ts";
import type { FiringAlert } from "./alerts/read-alerts.ts";
import { ExitError, UserError } from "./errors.ts";
import { clean } from "./events/render.ts";
import { prometheusDoor } from "./metrics/prometheus-api.ts";
import { findTenant, withFleet } from "./stores/fleet.ts";
import { textTable } from "./text-table.ts";

interface Options {
  readonly json?: boolean;
  readonly tenant?: string;
}

/** `dsmil alerts`: what fires now, whoever is told of it. */
export function registerAlerts(program: Command): void {
  program
    .command("alerts")
    .description("Show the alerts that fire now (docs/alerts.md).")
    .option("--json", "print JSON")
    .option("--tenant <id>", "alerts of this tenant only")
    .addHelpText("after", "\nExit codes: 0 nothing critical fires, 1 something does, 2 it is not known.")
    .action(async ({ json, tenant }: Options) => {
      const alerts = await withFleet(async (fleet) => {
        const only = tenant === undefined ? undefined : findTenant(fleet.model, tenant).id;
        const all = await firingAlerts(await prometheusDoor(fleet)).catch(notKnown);
        return only === undefined ? all : all.filter(({ labels }) => labels.tenant === only);
      });
      if (json) process.stdout.write(`${JSON.stringify(alerts, null, 2)}\n`);
      else print(alerts);
      if (alerts.some(({ severity }) => severity === "critical")) throw new ExitError(1);
    });
}

/** Silence is not good news: a code of its own says that nobody looked. */
function notKnown(error: unknown): never {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${pc.red("error:")} ${error.message}\n${pc.bold("remedy:")} ${error.remedy ?? ""}\n`);
  throw new ExitError(2);
}

function print(alerts: readonly FiringAlert[]): void {
  if (alerts.length === 0) {
    process.stdout.write("No alert fires.\n");
    return;
  }
  const rows = alerts.map(({ severity, name, since, labels, summary, runbook }) => [
    severity,
    clean(name),
    since.slice(0, 19).replace("T", " "),
    clean(labels.tenant ?? "-"),
    clean(summary),
    clean(runbook),
  ]);
  process.stdout.write(`${textTable(["severity", "alert", "since (UTC)", "tenant", "what", "see"], rows, pc.bold)}\n`);
}
