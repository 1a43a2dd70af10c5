import { once } from "node:events";
import { type Command, InvalidArgumentError, Option } from "commander";
import { LEVELS, type Level } from "../../images/runtime/logs/level.ts";
import { readAccess } from "../access/access.ts";
import { connect } from "../access/connection.ts";
import type { Container, Model } from "../model/types.ts";
import { since } from "./audit/since.ts";
import { ExitError, UserError } from "./errors.ts";
import { collectLogs, type OpenEngine } from "./logs/collect.ts";
import { ENGINE_SOCKET } from "./logs/engine.ts";
import { followLogs } from "./logs/follow.ts";
import { fromLoki, whyNotLoki } from "./logs/from-loki.ts";
import { jsonLine, textLine } from "./logs/print.ts";
import { selectContainers } from "./logs/select.ts";
import type { LogFilter, LogLine, LogProblem } from "./logs/types.ts";
import { projectModel } from "./model.ts";
import { projectRoot } from "./root.ts";

interface LogFlags {
  readonly tenant?: string;
  readonly node?: string;
  readonly level?: Level;
  readonly since: Date;
  readonly follow?: boolean;
  readonly limit: number;
  readonly grep?: RegExp;
  readonly json?: boolean;
  readonly from: From;
}

/** Where lines are read: `auto` asks Loki where it has them. */
const FROM = ["auto", "loki", "engines"] as const;
type From = (typeof FROM)[number];

const MOST = 10_000;
const DEFAULT_LIMIT = 200;
const DEFAULT_SINCE = "10m";

/** `dsmil logs`: what the fleet's containers say, merged by time. */
export function registerLogs(program: Command): void {
  program
    .command("logs")
    .description("Show what the fleet's containers say, merged by time.")
    .argument("[service...]", "services, or containers by their names (default: all)")
    .option("-t, --tenant <id>", "only containers of this tenant")
    .option("-n, --node <id>", "only containers of this node")
    .addOption(new Option("--level <level>", "only lines of this level or a more urgent one").choices(LEVELS))
    .option(
      "--since <when>",
      `from then on: 10m, 2026-11-21 or 2026-11-21T17:00:00Z (default ${DEFAULT_SINCE})`,
      (text: string) => since(text),
    )
    .option("-f, --follow", "keep showing new ones, as they come")
    .option("-l, --limit <n>", `how many of those that are there, the latest, at most ${MOST}`, limit, DEFAULT_LIMIT)
    .option("--grep <regexp>", "only lines in which this JavaScript expression finds something", expression)
    .option("--json", "print one JSON object a line")
    .addOption(
      new Option(
        "--from <where>",
        "loki, engines, or auto: Loki where it is deployed and has the time, else the engines",
      )
        .choices(FROM)
        .default("auto"),
    )
    .addHelpText(
      "after",
      `
Lines come from Loki, where the manifest has it, and from the nodes' engines over SSH: as far back as these keep them
(3 files of 10 MB a container). --follow asks the engines. Times are UTC.
A line that says no level counts as info. A node that cannot be read is named.

Examples:
  bin/dsmil logs l3-router --tenant alpha --since 1h --level warn
  bin/dsmil logs --follow --grep 'denied|refused' --json | jq -r .line

Exit codes: 0 shown, 1 something could not be read, 64 usage.`,
    )
    .action((services: string[], flags: Omit<LogFlags, "since"> & { since?: Date }) =>
      showLogs(services, { ...flags, since: flags.since ?? since(DEFAULT_SINCE) }),
    );
}

function limit(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= MOST) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST}`);
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text, "u");
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

async function showLogs(services: readonly string[], flags: LogFlags): Promise<void> {
  const model = projectModel();
  const containers = selectContainers(model, { services, ...flags });
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort()).once("SIGTERM", () => stop.abort());
  // Whoever reads us may end first, as `head` does: that is no error.
  process.stdout.on("error", () => stop.abort());
  const filter: LogFilter = flags;
  const print = async (line: LogLine): Promise<void> => {
    if (stop.signal.aborted) return;
    const text = flags.json ? jsonLine(line) : textLine(line, model.fleet.name);
    if (!process.stdout.write(`${text}\n`)) await once(process.stdout, "drain", stop).catch(() => undefined);
  };
  const { lines, problems, positions } = await collect(model, containers, flags, stop.signal);
  for (const line of lines) await print(line);
  for (const problem of problems) complain(problem);
  if (flags.follow) {
    const target = { line: print, problem: complain };
    await followLogs(containers, filter, openEngine, { target, positions, signal: stop.signal });
    return;
  }
  if (lines.length === 0 && problems.length === 0) process.stderr.write("no line fits\n");
  if (problems.length > 0) throw new ExitError(1);
}

async function collect(model: Model, containers: readonly Container[], flags: LogFlags, signal: AbortSignal) {
  const { from, follow, since: start } = flags;
  if (from === "loki" && follow) throw new UserError("Loki is not followed", "leave --follow or --from out");
  // What is followed begins where the engines' lines end.
  const reason = from === "engines" || follow ? "" : whyNotLoki(model, containers, start);
  if (from === "loki" && reason === "the manifest has no Loki")
    throw new UserError("the manifest has no Loki", "run `bin/dsmil up --logs`, or leave --from out");
  const say = (text: string): void => void (from === "auto" && model.logs.loki && process.stderr.write(`${text}\n`));
  if (reason === undefined || from === "loki") {
    try {
      const lines = await fromLoki(containers, flags, signal);
      say("from Loki");
      return { lines, problems: [], positions: new Map() };
    } catch (error) {
      if (from === "loki") throw new UserError(`Loki: ${(error as Error).message}`, "see `bin/dsmil status`");
      say(`from the engines, as Loki cannot be asked: ${(error as Error).message}`);
    }
  } else if (reason !== "") say(`from the engines: of Loki, ${reason}`);
  return collectLogs(containers, flags, openEngine, signal);
}

const openEngine: OpenEngine = async (node) => {
  try {
    return await (await connect(readAccess(projectRoot, node))).socket(ENGINE_SOCKET);
  } catch (error) {
    const { message } = error as Error;
    if (!/administratively prohibited/i.test(message)) throw error;
    throw new UserError(`${message}: its sshd forwards no Unix sockets; set AllowStreamLocalForwarding yes there`);
  }
};

function complain({ node, problem }: LogProblem): void {
  process.stderr.write(`not read: ${problem.startsWith(node) ? "" : `${node}: `}${problem}\n`);
}
