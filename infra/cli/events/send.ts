import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import { postgresRole } from "../../model/names.ts";
import { ExitError, UserError } from "../errors.ts";
import { deployedTenant, type Fleet, type FleetTenant, redisLogin } from "../stores/fleet.ts";
import { connectPostgres } from "../stores/postgres-client.ts";
import { openAppendConnection } from "./append-connection.ts";
import { Backlog, MAX_BACKLOG } from "./backlog.ts";
import type { LineFormat } from "./envelope.ts";
import { newRunId, RUN_ID } from "./event-id.ts";
import { openNodeConnection } from "./node-connection.ts";
import { Progress } from "./progress.ts";
import { newTally, sendLines, type Tally } from "./send-lines.ts";
import { Sender } from "./sender.ts";
import { type WaitResult, waitForArchive } from "./wait.ts";

/** Options of `dsmil events send`, checked. */
export interface SendOptions {
  readonly tenant: string;
  readonly format: LineFormat;
  readonly source?: string;
  readonly run?: string;
  readonly from?: number;
  readonly rate?: number;
  /** By the tenant's ingest on its node, which keeps the lines while the data node is away. */
  readonly throughNode?: boolean;
  /** Seconds to wait for the archive; absent: do not wait. */
  readonly waitSeconds?: number;
  readonly json?: boolean;
}

/** Result as `--json` prints it. */
interface SendReport extends Partial<WaitResult> {
  readonly tenant: string;
  readonly run: string;
  readonly lines: number;
  readonly sent: number;
  readonly refused: Tally["refused"];
  readonly resent: number;
  readonly seconds: number;
  readonly rate: number;
  readonly interrupted: boolean;
}

/** Puts the lines of a file (`-`: standard input) on a tenant's L3_IN, and with `wait` sees them archived. */
export async function sendFile(fleet: Fleet, file: string, options: SendOptions): Promise<void> {
  const known = deployedTenant(fleet, options.tenant);
  const input = openInput(file);
  const run = options.run ?? newRunId();
  if (!RUN_ID.test(run))
    throw new UserError(`--run ${run}: not a run id`, "use letters, digits, `.`, `_`, `-` (at most 64)");
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const tally = newTally();
  const transfer: Transfer = {
    fleet,
    known,
    run,
    tally,
    source: options.source ?? (file === "-" ? "stdin" : basename(file)),
  };
  try {
    const report = await carryOut(transfer, input, options, stop.signal);
    finish(report, options);
    if (report.interrupted) throw new ExitError(130);
    if ((report.missing ?? 0) > 0) throw new ExitError(1);
  } catch (error) {
    const unfinished = stop.signal.aborted || error instanceof UserError;
    if (unfinished) process.stderr.write(resumeHint(options, file, run, tally));
    throw stop.signal.aborted ? new ExitError(130) : error;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

/** One run of the command. */
interface Transfer {
  readonly fleet: Fleet;
  readonly known: FleetTenant;
  readonly run: string;
  readonly source: string;
  readonly tally: Tally;
}

async function carryOut(
  { fleet, known, run, source, tally }: Transfer,
  input: AsyncIterable<Uint8Array>,
  { format, from = 1, rate, throughNode, waitSeconds }: SendOptions,
  signal: AbortSignal,
): Promise<SendReport> {
  const { tenant } = known;
  let note = "";
  const say = (text: string): void => {
    note = text;
  };
  const progress = new Progress(() => ({ lines: tally.sent, note }));
  progress.say(`run ${run}: lines of ${source} → ${tenant.streams.l3In}`);
  const sender = makeSender(fleet, known, progress, { signal, throughNode });
  const backlog = new Backlog(fleet.endpoints, redisLogin(known, "reader"));
  try {
    await sendLines(input, {
      facts: { tenant, run, format, source },
      send: (batch) => sender.send(batch),
      // A full node says so itself, and the stores may be away.
      ready: throughNode ? async () => undefined : throttle(backlog, tenant.streams.l3In, signal, say),
      from,
      ...(rate !== undefined && { rate }),
      signal,
      tally,
    });
    const seconds = progress.seconds;
    const waits = waitSeconds !== undefined && !signal.aborted && tally.sent > 0;
    const archive = waits ? await waitFor(fleet, known, { run, tally, from, seconds: waitSeconds }, signal, say) : {};
    const { lines, sent, refused } = tally;
    const facts = { tenant: tenant.id, run, lines, sent, refused, resent: sender.resent };
    return { ...facts, seconds, rate: sent / Math.max(seconds, 0.001), interrupted: signal.aborted, ...archive };
  } finally {
    progress.stop();
    sender.close();
    backlog.close();
  }
}

function openInput(file: string): AsyncIterable<Uint8Array> {
  if (file === "-") return process.stdin;
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined)
    throw new UserError(`${file}: no such file`, "name a file of log lines, or - for standard input");
  if (found.isDirectory())
    throw new UserError(`${file} is a folder`, "name one file, or: cat FOLDER/* | bin/dsmil events send … -");
  return createReadStream(file, { highWaterMark: 256 * 1024 });
}

function makeSender(
  fleet: Fleet,
  known: FleetTenant,
  progress: Progress,
  { signal, throughNode }: { signal: AbortSignal; throughNode: boolean | undefined },
): Sender {
  const { tenant, secrets } = known;
  return new Sender({
    key: tenant.streams.l3In,
    open: throughNode
      ? async () => openNodeConnection(await fleet.endpoints.get(`ingest:${tenant.id}`), secrets.tokens.ingest)
      : () => openAppendConnection(fleet.endpoints, redisLogin(known, "ingest")),
    onTrouble: (problem) =>
      progress.say(
        problem === undefined
          ? pc.green("sending again")
          : pc.yellow(`not sending: ${problem}; trying again for 120 s`),
      ),
    signal,
  });
}

/** Pauses while layer 3 is more than the limit behind; looks at most once a second. */
function throttle(
  backlog: Backlog,
  key: string,
  signal: AbortSignal,
  say: (note: string) => void,
): () => Promise<void> {
  let looked = 0;
  return async () => {
    if (Date.now() - looked < 1000) return;
    for (;;) {
      const behind = await backlog.of(key);
      looked = Date.now();
      if (behind === undefined || behind < MAX_BACKLOG || signal.aborted) {
        say(behind === undefined ? "" : `${behind} waiting for layer 3`);
        return;
      }
      say(`paused: ${behind} lines wait for layer 3`);
      await sleep(500);
    }
  };
}

function waitFor(
  fleet: Fleet,
  { tenant, secrets }: FleetTenant,
  { run, tally, from, seconds }: { run: string; tally: Tally; from: number; seconds: number },
  signal: AbortSignal,
  say: (note: string) => void,
): Promise<WaitResult> {
  return waitForArchive({
    open: async () =>
      connectPostgres(await fleet.endpoints.get("postgres"), {
        user: postgresRole(tenant.id, "reader"),
        password: secrets.postgres.reader,
        database: fleet.model.fleet.database,
      }),
    schema: tenant.schema,
    lines: { tenant: tenant.id, run, from, to: Math.max(from, tally.last) },
    sent: tally.sent,
    timeoutMs: seconds * 1000,
    onCount: ({ archived, rejected }) => say(`archived ${archived}, rejected ${rejected} of ${tally.sent}`),
    signal,
  });
}

function finish(report: SendReport, { json }: SendOptions): void {
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(describeReport(report));
  const { sent, missing = 0, missingLines = [], problem } = report;
  if (missing === 0) return;
  const lines = missingLines.length > 0 ? ` (first missing: line ${missingLines.join(", ")})` : "";
  const why = problem === undefined ? "" : `; the archive does not answer: ${problem}`;
  process.stderr.write(
    `${pc.red("error:")} ${missing} of ${sent} lines are neither archived nor rejected${lines}${why}\n` +
      `${pc.bold("remedy:")} see \`bin/dsmil status\`; they arrive when the services are well: bin/dsmil events count --tenant ${report.tenant} --run ${report.run}\n`,
  );
}

function describeReport({ run, sent, refused, resent, seconds, rate, ...archive }: SendReport): string {
  const parts = [`run ${run}: ${sent} lines sent in ${seconds.toFixed(1)} s (${rate.toFixed(0)}/s)`];
  if (resent > 0) parts.push(`${resent} sent again after a lost connection`);
  if (refused.too_long > 0) parts.push(`${refused.too_long} refused: longer than 64 KiB`);
  if (refused.not_utf8 > 0) parts.push(`${refused.not_utf8} refused: not UTF-8`);
  if (archive.archived !== undefined)
    parts.push(`${archive.archived} archived (${archive.distinct} distinct), ${archive.rejected} rejected`);
  return `${parts.join("\n  ")}\n`;
}

/** How to go on: the same ids, from the first line that is not acknowledged. */
function resumeHint({ tenant }: SendOptions, file: string, run: string, { sent, last }: Tally): string {
  const rest = file === "-" ? "" : ` --from ${last + 1}`;
  return (
    `stopped after ${sent} lines (the last one is line ${last}). To go on, with the same ids:\n` +
    `  bin/dsmil events send --tenant ${tenant} --run ${run}${rest} ${file}\n`
  );
}
