import { Backoff } from "../../runtime/backoff.ts";
import type { Log } from "../../runtime/log.ts";
import { pause } from "../../runtime/pause.ts";
import type { ContainerLog, Entry } from "./engine/container-log.ts";
import type { Positions } from "./positions.ts";
import { pushBody } from "./push/body.ts";
import type { PushAnswer } from "./push/push-client.ts";
import type { ShipperMetrics } from "./shipper-metrics.ts";

export interface PumpOptions {
  readonly tenant: string;
  /** The tenant's logs as they are now, by container id. */
  readonly logs: () => readonly (readonly [string, ContainerLog])[];
  readonly push: (body: Buffer) => Promise<PushAnswer>;
  readonly positions: Positions;
  readonly metrics: ShipperMetrics;
  readonly log: Log;
}

/** Text of one push, characters: Loki takes 4 MiB by default, and wrapping adds to it. */
const MOST_TEXT = 1024 * 1024;
const IDLE_MS = 250;

/**
 * Carries one tenant's lines to the gate, one push at a time. While it is not taken, nothing more is read: what waits is in
 * the engine's files.
 */
export class Pump {
  private readonly options: PumpOptions;
  /** Why the last push was not taken; empty when it was. */
  problem = "";
  private first = 0;
  /** What was said of containers whose files could not be read. */
  private readonly failed = new Map<string, string>();

  constructor(options: PumpOptions) {
    this.options = options;
  }

  /** Until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (!(await this.once(signal))) await pause(IDLE_MS, signal);
      } catch (error) {
        this.options.log.error({ tenant: this.options.tenant, err: error }, "logs not read; trying again");
        await pause(1000, signal);
      }
    }
  }

  /** Ships what there is, up to a push; whether there was anything. */
  private async once(signal: AbortSignal): Promise<boolean> {
    const { logs, positions } = this.options;
    const all = logs();
    const entries: Entry[] = [];
    const read: (readonly [string, ContainerLog])[] = [];
    let size = 0;
    // A loud container must not keep the others from their turn.
    for (let i = 0; i < all.length && size < MOST_TEXT; i++) {
      const one = all[(this.first + i) % all.length];
      if (one === undefined) continue;
      // What others said is in our hands already: one that cannot be read must not take it along.
      const own = await one[1].read().catch((error: Error) => this.unreadable(one[1], error));
      if (own === undefined) continue;
      read.push(one);
      for (const { text } of own) size += text.length + 64;
      entries.push(...own);
    }
    this.first += Math.max(1, read.length);
    if (entries.length > 0 && !(await this.deliver(entries, signal))) return false;
    for (const [id, { position }] of read) if (position !== undefined) positions.set(id, position);
    return entries.length > 0;
  }

  private unreadable({ labels: { container } }: ContainerLog, error: Error): undefined {
    if (this.failed.get(container) !== error.message) this.options.log.error({ container, err: error }, "log not read");
    this.failed.set(container, error.message);
  }

  /** False when it was not taken before the signal came. */
  private async deliver(entries: readonly Entry[], signal: AbortSignal): Promise<boolean> {
    const { tenant, metrics, log, push } = this.options;
    const body = pushBody(entries);
    const backoff = new Backoff(200, 5000);
    while (!signal.aborted) {
      const why = await push(body).then(judge, (error: Error) => ({ again: error.message }));
      if ("again" in why) {
        if (signal.aborted) return false;
        metrics.failures.inc();
        if (this.problem === "") log.warn({ tenant, reason: why.again }, "logs not taken; waiting");
        this.problem = why.again;
        await backoff.wait(signal);
        continue;
      }
      if (this.problem !== "") log.info({ tenant, attempts: backoff.failures + 1 }, "logs taken again");
      this.problem = "";
      if (why.refused === "") metrics.shipped.inc({ tenant }, entries.length);
      else {
        metrics.lost.inc({ tenant, reason: "refused" }, entries.length);
        log.error({ tenant, lines: entries.length, reason: why.refused }, "Loki refused lines for good");
      }
      return true;
    }
    return false;
  }
}

/** What an answer means: taken, refused for good, or to be tried again. */
function judge({ status, text }: PushAnswer): { readonly refused: string } | { readonly again: string } {
  if (status >= 200 && status < 300) return { refused: "" };
  // Loki's 400 is about the lines: too old, too long. It took the others of the push. What it says can quote a line.
  if (status === 400 || status === 413) return { refused: `${status} ${reasonOf(text)}` };
  return { again: `the gate answered ${status}` };
}

/** The part of Loki's words that names no content. */
function reasonOf(text: string): string {
  const known = ["too far behind", "too old", "too long", "too new", "per stream rate limit", "Maximum active stream"];
  return known.find((part) => text.includes(part)) ?? "bad request";
}
