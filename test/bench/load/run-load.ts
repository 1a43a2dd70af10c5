import { openAppendConnection } from "../../../infra/cli/events/append-connection.ts";
import { openNodeConnection } from "../../../infra/cli/events/node-connection.ts";
import { newTally, sendLines, type Tally } from "../../../infra/cli/events/send-lines.ts";
import { Sender } from "../../../infra/cli/events/sender.ts";
import { deployedTenant, type Fleet, redisLogin } from "../../../infra/cli/stores/fleet.ts";
import { mixedLines } from "./mixed-lines.ts";

/** What one tenant is sent. */
export interface RunLoadOptions {
  readonly tenant: string;
  /** Name of the run: ids follow from it (infra/cli/events/event-id.ts). */
  readonly run: string;
  /** `stream`: on L3_IN, as `events send`; `ingest`: by the tenant's port on its node, as `--through-node`. */
  readonly route: "stream" | "ingest";
  readonly seed: number;
  /** Lines at most. */
  readonly count: number;
  /** Lines a second; default: as fast as they are acknowledged. */
  readonly rate?: number;
  /** Longest time without any progress, milliseconds. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** Mixed lines on their way to one tenant, by the very code behind `events send`. */
export class RunLoad {
  readonly options: RunLoadOptions;
  /** What was acknowledged so far: lines 1 to `sent`. */
  readonly tally: Tally = newTally();
  /** Ends when all is acknowledged, or after `stop`. @throws what the sending met */
  readonly done: Promise<void>;
  private readonly sender: Sender;
  private stopped = false;

  constructor(fleet: Fleet, options: RunLoadOptions) {
    this.options = options;
    const known = deployedTenant(fleet, options.tenant);
    const { tenant, secrets } = known;
    const { run, rate, patienceMs, signal } = options;
    this.sender = new Sender({
      key: tenant.streams.l3In,
      open:
        options.route === "ingest"
          ? async () => openNodeConnection(await fleet.endpoints.get(`ingest:${tenant.id}`), secrets.tokens.ingest)
          : () => openAppendConnection(fleet.endpoints, redisLogin(known, "ingest")),
      patienceMs,
      signal,
    });
    this.done = sendLines(this.input(), {
      facts: { tenant, run, format: "auto", source: "bench" },
      send: (batch) => this.sender.send(batch),
      ...(rate !== undefined && { rate }),
      signal,
      tally: this.tally,
    }).finally(() => this.sender.close());
    // Whoever waits for `done` hears of it; until then it must not end the process.
    this.done.catch(() => undefined);
  }

  /** Lines that were sent again after a lost connection. */
  get resent(): number {
    return this.sender.resent;
  }

  /** Sends what was read and ends. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  private async *input(): AsyncGenerator<Uint8Array> {
    const { count, seed, rate = 2500 } = this.options;
    let chunk: string[] = [];
    for (const line of mixedLines(count, seed)) {
      chunk.push(`${line}\n`);
      if (chunk.length < Math.max(1, Math.min(500, rate / 5))) continue;
      yield Buffer.from(chunk.join(""));
      chunk = [];
      if (this.stopped) return;
    }
    yield Buffer.from(chunk.join(""));
  }
}
