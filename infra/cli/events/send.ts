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
  /** Seconds to wait for the archive; absent: do not wait. */
  readonly waitSeconds?: number;
  readonly json?: boolean;
}

/** Result as `--json` prints it. */
interface SendReport {
  readonly tenant: string;
  readonly run: string;
  readonly lines: number;
  readonly sent: number;
  readonly refused: Tally["refused"];
  readonly resent: number;
  readonly seconds: number;
  readonly rate: number;
  readonly interrupted: boolean;
  readonly archive?: WaitResult;
}

/** Puts the lines of a file (`-`: standard input) on a tenant's L3_IN, and with `wait` sees them archived. */
export async function sendFile(fleet: Fleet, file: string, options: SendOptions): Promise<void> {
  const known = deployedTenant(fleet, options.tenant);
  const input = openInput(file);
  const run = options.run ?? newRunId();
  if (!RUN_ID.test(run))
    throw new UserError(`--run ${run}: not a run id`, "use letters, digits, `.`, `_`, `-` (at most 64)");
  const source = options.source ?? (file === "-" ? "stdin" : basename(file));
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const tally = newTally();
  let note = "";
  const progress = new Progress(() => ({ lines: tally.sent, note }));
  progress.say(`run ${run}: lines of ${source} → ${known.tenant.streams.l3In}`);
  const sender = makeSender(fleet, known, progress, stop.signal);
  const backlog = new Backlog(fleet.endpoints, redisLogin(known, "reader"));
  let archive: WaitResult | undefined;
  try {
    await sendLines(input, {
      facts: { tenant: known.tenant, run, format: options.format, source },
      send: (batch) => sender.send(batch),
      ready: throttle(backlog, known.tenant.streams.l3In, stop.signal, (text) => {
        note = text;
      }),
      ...(options.from !== undefined && { from: options.from }),
      ...(options.rate !== undefined && { rate: options.rate }),
      signal: stop.signal,
      tally,
    });
    const seconds = progress.seconds;
    if (options.waitSeconds !== undefined && !stop.signal.aborted && tally.sent > 0) {
      archive = await waitFor(
        fleet,
        known,
        { run, tally, from: options.from ?? 1, seconds: options.waitSeconds },
        stop.signal,
        (text) => {
          note = text;
        },
      );
    }
    progress.stop();
    const rate = tally.sent / Math.max(seconds, 0.001);
    const interrupted = stop.signal.aborted;
    finish(
      {
        tenant: known.tenant.id,
        run,
        lines: tally.lines,
        sent: tally.sent,
        refused: tally.refused,
        resent: sender.resent,
        seconds,
        rate,
        interrupted,
        ...(archive && { archive }),
      },
      options,
    );
  } catch (error) {
    progress.stop();
    if (!(error instanceof UserError) && !stop.signal.aborted) throw error;
    process.stderr.write(resumeHint(options, file, run, tally));
    if (stop.signal.aborted) throw new ExitError(130);
    throw error;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    sender.close();
    backlog.close();
  }
  if (stop.signal.aborted) {
    process.stderr.write(resumeHint(options, file, run, tally));
    throw new ExitError(130);
  }
  if (archive && archive.missing > 0) throw new ExitError(1);
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

function makeSender(fleet: Fleet, known: FleetTenant, progress: Progress, signal: AbortSignal): Sender {
  return new Sender({
    key: known.tenant.streams.l3In,
    open: () => openAppendConnection(fleet.endpoints, redisLogin(known, "ingest")),
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
  const { archive, sent } = report;
  if (!archive || archive.missing === 0) return;
  const lines = archive.missingLines.length > 0 ? ` (first missing: line ${archive.missingLines.join(", ")})` : "";
  const why = archive.problem === undefined ? "" : `; the archive does not answer: ${archive.problem}`;
  process.stderr.write(
    `${pc.red("error:")} ${archive.missing} of ${sent} lines are neither archived nor rejected${lines}${why}\n` +
      `${pc.bold("remedy:")} see \`bin/dsmil status\`; they arrive when the services are well: bin/dsmil events count --tenant ${report.tenant} --run ${report.run}\n`,
  );
}

function describeReport({ run, sent, refused, resent, seconds, rate, archive }: SendReport): string {
  const parts = [`run ${run}: ${sent} lines sent in ${seconds.toFixed(1)} s (${rate.toFixed(0)}/s)`];
  if (resent > 0) parts.push(`${resent} sent again after a lost connection`);
  if (refused.too_long > 0) parts.push(`${refused.too_long} refused: longer than 64 KiB`);
  if (refused.not_utf8 > 0) parts.push(`${refused.not_utf8} refused: not UTF-8`);
  if (archive) parts.push(`${archive.archived} archived (${archive.distinct} distinct), ${archive.rejected} rejected`);
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
