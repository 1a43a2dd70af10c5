import { existsSync } from "node:fs";
import type { Command } from "commander";
import { CtlError, CtlExit } from "./ctl-error.ts";
import { collectNode, type IncidentNode } from "./incident-collect.ts";
import { incidentOf, writeIncident } from "./incident-file.ts";
import { clean, type Paint } from "./paint.ts";
import { sessionOf } from "./session.ts";

interface Options {
  readonly out: string;
  readonly lines: string;
}

/** `dsmilctl incident` */
export function registerIncident(program: Command): void {
  program
    .command("incident")
    .description("Collect what an incident report needs from all nodes into one file.")
    .requiredOption("--out <file>", "JSON, compressed where the name ends with .gz; it must not be there yet")
    .option("--lines <n>", "most lines of a container, 1 to 1000", "200")
    .addHelpText(
      "after",
      `
In it: status of every node, service levels, what the SOC sees with its alerts,
health and newest lines of containers that are not well or were restarted within
the hour, and calls to the control API within the hour; as far as your role and
tenants allow. At most 16 MiB. What looks like a secret in a line is taken out.
Only you may read the file.

Exit codes: 0 all that you may see is there, 1 something is not (the file says
what), 2 nothing was written.`,
    )
    .action(incident);
}

async function incident({ out, lines }: Options, command: Command): Promise<void> {
  const most = Number(lines);
  if (!Number.isInteger(most) || most < 1 || most > 1000)
    throw new CtlError(`--lines ${lines} is no number of lines`, "give one from 1 to 1000");
  const { nodes, credentials, paint } = sessionOf(command);
  if (existsSync(out)) throw new CtlError(`${out} is there already`, "name a file that is not there yet");
  const now = Date.now();
  const told = await Promise.all(nodes.map((node) => collectNode(node, credentials, { lines: most, now })));
  if (told.every(({ status }) => status === undefined)) throw nobody(told);
  const whole = incidentOf(told, now);
  const bytes = writeIncident(out, whole);
  const left = whole.linesLeftOut;
  process.stdout.write(`${summary(told, paint)}${left > 0 ? `${left} older lines were left out\n` : ""}`);
  process.stdout.write(`${paint.green("✓")} ${out}, ${Math.ceil(bytes / 1024)} KiB, for your eyes alone\n`);
  if (told.some(({ missing }) => missing.some(({ refused }) => !refused))) throw new CtlExit(1);
}

/** What was found on each node, a line a node, and what could not be had. */
export function summary(nodes: readonly IncidentNode[], paint: Paint): string {
  const lines = nodes.flatMap(({ node, status, looked, logs, trail, soc, missing }) => {
    const parts = [
      `${status?.containers.length ?? 0} containers, ${looked.length} looked into`,
      `${logs.length} lines`,
      ...(trail === undefined ? [] : [`${trail.entries.length} calls`]),
      ...(soc === undefined ? [] : [`${soc.alerts.length} alerts`]),
    ];
    return [
      status === undefined ? paint.red(`✗ ${node}`) : `${paint.green("●")} ${node}  ${parts.join(", ")}`,
      ...missing.map(({ what, why, refused }) => {
        const line = `  without ${clean(what)}: ${clean(why)}`;
        return refused ? paint.dim(line) : paint.yellow(line);
      }),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function nobody(told: readonly IncidentNode[]): CtlError {
  const reasons = told.flatMap(({ missing }) => missing.map(({ node, why }) => `${node}: ${why}`));
  return new CtlError(clean(reasons.join("; ")), "see `dsmilctl config list`; nothing was written");
}
