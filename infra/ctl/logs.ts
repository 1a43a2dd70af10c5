import type { Command } from "commander";
import { LOGS, type LogsAnswer } from "../../images/runtime/control/findings.ts";
import { CtlError } from "./ctl-error.ts";
import { gather, WHOLE } from "./gather.ts";
import { clean, paintFor } from "./paint.ts";
import { printJson, sessionOf } from "./session.ts";

interface Options {
  readonly container?: string;
  readonly tenant?: string;
  readonly since?: string;
  readonly limit: string;
  readonly level?: string;
  readonly grep?: string;
  readonly json?: boolean;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `dsmilctl logs` */
export function registerLogs(program: Command): void {
  program
    .command("logs")
    .description("Show the newest lines of logs, of all nodes in the order of time.")
    .option("--container <name>", "of this container")
    .option("--tenant <id>", "of this tenant's containers")
    .option("--since <time>", "from then on: 90s, 15m, 2h, 3d, or RFC 3339")
    .option("--limit <lines>", "most lines of a node, 1 to 1000", "100")
    .option("--level <level>", "the least urgent level: debug, info, warn, error")
    .option("--grep <text>", "lines that hold this text, whatever its case")
    .option("--json", "print JSON")
    .addHelpText("after", WHOLE)
    .action(async (options: Options, command: Command) => {
      const session = sessionOf(command);
      const told = await gather<LogsAnswer>(session, `/v1/logs?${queryOf(options)}`, LOGS);
      const lines = told.flatMap(({ answer }) => answer.lines).sort((a, b) => (a.time < b.time ? -1 : 1));
      warn(
        "not all lines were looked at",
        told.flatMap(({ answer }) => answer.cut),
      );
      warn(
        "no log could be read",
        told.flatMap(({ answer }) => answer.unread),
      );
      if (options.json) return printJson(lines);
      const { paint } = session;
      const colour = { error: paint.red, warn: paint.yellow, info: (text: string) => text, debug: paint.dim };
      for (const { time, container, level, text } of lines) {
        const painted = (colour[level as keyof typeof colour] ?? colour.info)(clean(level).padEnd(5));
        process.stdout.write(`${paint.dim(clean(time))} ${painted} ${paint.bold(clean(container))} ${clean(text)}\n`);
      }
    });
}

function warn(what: string, containers: readonly string[]): void {
  if (containers.length === 0) return;
  process.stderr.write(`${paintFor(process.stderr).yellow("warning:")} ${what}: ${clean(containers.join(", "))}\n`);
}

function queryOf({ container, tenant, since, limit, level, grep }: Options): string {
  const wanted = { container, tenant, since: since && sinceOf(since), limit, level, grep };
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(wanted)) if (value) query.set(key, value);
  return query.toString();
}

/** A span before now, or a time, as RFC 3339. @throws CtlError where it is neither */
export function sinceOf(given: string, now = Date.now()): string {
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(given) ?? [];
  const absolute = /^\d{4}-\d\d-\d\dT/.test(given) ? Date.parse(given) : Number.NaN;
  const time = count === undefined ? absolute : now - Number(count) * (UNITS[unit] ?? 0) * 1000;
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new CtlError(`--since ${given} is no time`, "give 90s, 15m, 2h, 3d, or 2026-11-21T14:00:00Z");
}
