import { type Command, InvalidArgumentError, Option } from "commander";
import { countEvents } from "./events/count.ts";
import type { LineFormat } from "./events/envelope.ts";
import { sendFile } from "./events/send.ts";
import { tailEvents } from "./events/tail.ts";
import { withFleet } from "./stores/fleet.ts";

interface SendFlags {
  tenant: string;
  format: LineFormat;
  source?: string;
  run?: string;
  from?: number;
  rate?: number;
  throughNode?: boolean;
  wait?: string | true;
  json?: boolean;
}

const DEFAULT_WAIT_SECONDS = 120;

/** `dsmil events send|tail|count`: a tenant's event streams from the outside. */
export function registerEvents(program: Command): void {
  const events = program.command("events").description("Send log lines to a tenant, and see what came out.");
  registerSend(events);
  registerTail(events);
  registerCount(events);
}

function registerSend(events: Command): void {
  events
    .command("send")
    .description("Put the lines of FILE (- is standard input) on a tenant's L3_IN stream, at least once each.")
    .argument("[file]", "Suricata EVE JSON lines or syslog lines, UTF-8, at most 64 KiB each")
    .requiredOption("-t, --tenant <id>", "tenant that the lines belong to")
    .addOption(
      new Option("--format <format>", "how to read the lines").choices(["auto", "eve", "syslog"]).default("auto"),
    )
    .option("--source <name>", "where the lines come from (default: the file's name)")
    .option("--run <id>", "name of this run; the same run sends the same line under the same event id")
    .option("--from <line>", "first line to send, to go on with an interrupted run", positive)
    .option("--rate <n>", "lines a second, at most", positive)
    .option("--through-node", "by the tenant's ingest on its node, which keeps lines while the data node is away")
    .option("--wait [seconds]", `wait until every line is archived or rejected (default ${DEFAULT_WAIT_SECONDS} s)`)
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
A line counts once however often it is sent under the same run: lost connections and restarts of Redis are waited out
for 120 s, and an interrupted run prints how to go on.

Examples:
  bin/dsmil events send --tenant alpha --wait eve.json
  journalctl -o short -f | bin/dsmil events send --tenant alpha --format syslog --source gateway -

Exit codes: 0 all sent (and with --wait archived or rejected), 1 not, 64 usage, 130 interrupted.`,
    )
    .action((named: string | undefined, flags: SendFlags, command: Command) => {
      const { wait, ...rest } = flags;
      const { file, waitSeconds } = readWait(command, named, wait);
      return withFleet((fleet) =>
        sendFile(fleet, file, { ...rest, ...(waitSeconds !== undefined && { waitSeconds }) }),
      );
    });
}

/** `--wait FILE` means the file: an option whose value may be left out takes whatever comes next. */
function readWait(command: Command, file: string | undefined, wait: string | true | undefined) {
  if (file === undefined) {
    if (typeof wait === "string") return { file: wait, waitSeconds: DEFAULT_WAIT_SECONDS };
    return command.error("error: missing required argument 'file': name a file of log lines, or - for standard input");
  }
  if (wait === undefined || wait === true) return { file, waitSeconds: wait && DEFAULT_WAIT_SECONDS };
  if (!/^[1-9]\d{0,6}$/.test(wait))
    return command.error(`error: option '--wait [seconds]': ${wait} is no number of seconds`);
  return { file, waitSeconds: Number(wait) };
}

function registerTail(events: Command): void {
  events
    .command("tail")
    .description("Show a tenant's latest security events.")
    .requiredOption("-t, --tenant <id>", "tenant")
    .option("-f, --follow", "keep showing new ones")
    .option("-n, --limit <n>", "how many of those that are there", positive, 20)
    .option("--rejects", "show the lines that were not understood, with the reason")
    .option("--json", "print one JSON object a line")
    .addHelpText(
      "after",
      "\nExamples:\n  bin/dsmil events tail --tenant alpha --follow\n  bin/dsmil events tail --tenant alpha --rejects --json | jq .payload.reason\n\nExit codes: 0 done, 1 the tenant or its stream cannot be read, 64 usage.",
    )
    .action((options: { tenant: string; limit: number; follow?: boolean; rejects?: boolean; json?: boolean }) =>
      withFleet(async (fleet) => {
        const stop = new AbortController();
        const onSignal = (): void => stop.abort();
        process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
        await tailEvents(fleet, options, stop.signal);
      }),
    );
}

function registerCount(events: Command): void {
  events
    .command("count")
    .description("Count a tenant's archived and rejected events and the entries of its streams.")
    .requiredOption("-t, --tenant <id>", "tenant")
    .option("--run <id>", "only the events of this run")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  bin/dsmil events count --tenant alpha --json\n\nExit codes: 0 counted, 1 not, 64 usage.",
    )
    .action((options: { tenant: string; run?: string; json?: boolean }) =>
      withFleet(async (fleet) => {
        const counts = await countEvents(fleet, options.tenant, options.run);
        if (options.json) {
          process.stdout.write(`${JSON.stringify(counts, null, 2)}\n`);
          return;
        }
        const { archived, distinct, rejected, streams } = counts;
        const rows = [
          ["archived", archived],
          ["distinct ids", distinct],
          ["rejected", rejected],
          ...Object.entries(streams),
        ];
        for (const [name, value] of rows)
          process.stdout.write(`${String(name).padEnd(24)} ${String(value).padStart(10)}\n`);
      }),
    );
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 1_000_000_000) return value;
  throw new InvalidArgumentError("expected a whole number above 0");
}
