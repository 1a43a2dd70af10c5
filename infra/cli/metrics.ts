import type { Command } from "commander";
import pc from "picocolors";
import { ExitError } from "./errors.ts";
import { type PrometheusTarget, prometheusQuery, prometheusTargets } from "./metrics/ask-prometheus.ts";
import { withFleet } from "./stores/fleet.ts";
import { textTable } from "./text-table.ts";

interface Options {
  readonly json?: boolean;
  readonly all?: boolean;
}

/** `dsmil metrics`: what Prometheus knows, asked with the operator's certificate. */
export function registerMetrics(program: Command): void {
  const metrics = program.command("metrics").description("Ask Prometheus: its targets, and what series say now.");
  metrics
    .command("targets")
    .description("List targets that are down.")
    .option("--all", "those that are up, too")
    .option("--json", "all of them as JSON")
    .addHelpText("after", "\nExit codes: 0 all are up, 1 some are not, or Prometheus cannot be asked.")
    .action(targets);
  metrics
    .command("query")
    .description("Print the series of an expression (PromQL) and their values now.")
    .argument("<expression>")
    .option("--json", "as JSON")
    .action(query);
}

async function targets({ all, json }: Options): Promise<void> {
  const found = await withFleet(prometheusTargets);
  const down = found.filter(({ health }) => health !== "up");
  if (json) process.stdout.write(`${JSON.stringify(found.map(summary), null, 2)}\n`);
  else {
    const rows = (all ? found : down).map(summary).map((t) => [t.job, t.target, t.node, t.health, t.error]);
    if (rows.length > 0) {
      process.stdout.write(`${textTable(["JOB", "TARGET", "NODE", "HEALTH", "WHY"], rows.sort(byName), pc.bold)}\n\n`);
    }
    process.stdout.write(`${found.length - down.length} of ${found.length} targets are up\n`);
  }
  // Without a single target nothing is watched, which is no good news.
  if (down.length > 0 || found.length === 0) throw new ExitError(1);
}

async function query(expression: string, { json }: Options): Promise<void> {
  const series = await withFleet((fleet) => prometheusQuery(fleet, expression));
  if (json) process.stdout.write(`${JSON.stringify(series, null, 2)}\n`);
  else if (series.length === 0) process.stdout.write("no series\n");
  else {
    for (const { metric, value } of series) {
      const labels = Object.entries(metric).filter(([name]) => name !== "__name__");
      const text = labels.map(([name, one]) => `${name}=${JSON.stringify(one)}`).join(",");
      process.stdout.write(`${metric.__name__ ?? ""}{${text}} ${value}\n`);
    }
  }
}

function summary({ labels, health, lastError }: PrometheusTarget) {
  const { job = "", instance = "", node = "", tenant } = labels;
  return { job, target: instance, node, ...(tenant && { tenant }), health, error: lastError };
}

const byName = (a: readonly string[], b: readonly string[]): number => (a.join() < b.join() ? -1 : 1);
