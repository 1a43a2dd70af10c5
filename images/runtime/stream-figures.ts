import type { Redis } from "ioredis";
import { Gauge, type Registry } from "prom-client";
import { pause } from "./pause.ts";

/** A scrape does not wait longer for Redis, ms: the program's other figures would be late, too. */
const PATIENCE_MS = 1000;

/** A stream that a service reads through a consumer group. */
interface Followed {
  /** Name of the input, as in /health: from the program, so a bounded label. */
  readonly name: string;
  readonly key: string;
  readonly group: string;
}

export interface StreamFiguresArgs {
  readonly registry: Registry;
  readonly redis: Pick<Redis, "call" | "status">;
  readonly tenant: string;
  readonly device: number;
}

/**
 * How far readers are behind on their streams, asked of Redis at each scrape. The readers say it themselves: who is to ask for
 * all of them would need a right to every tenant's streams. Nothing is said while Redis is away, and by who reads no stream.
 */
export class StreamFigures {
  private readonly args: StreamFiguresArgs;
  private readonly followed: Followed[] = [];
  private readonly behind: Gauge<"tenant_id" | "device_id" | "stream">;
  private readonly pending: Gauge<"tenant_id" | "device_id" | "stream">;
  private look: Promise<void> | undefined;

  constructor(args: StreamFiguresArgs) {
    this.args = args;
    // Both come from one look, whichever is asked first.
    const collect = (): Promise<void> => {
      this.look ??= this.refresh().finally(() => {
        this.look = undefined;
      });
      return this.look;
    };
    const more = { labelNames: ["tenant_id", "device_id", "stream"] as const, registers: [args.registry], collect };
    this.behind = new Gauge({
      name: "dsmil_stream_behind_seconds",
      help: "By how much a stream's newest entry is younger than the last that this reader was given",
      ...more,
    });
    this.pending = new Gauge({
      name: "dsmil_stream_pending",
      help: "Entries that this reader's group was given and has not acknowledged",
      ...more,
    });
  }

  /** Says from now on how far the reader of a stream is behind. */
  follow(followed: Followed): void {
    this.followed.push(followed);
  }

  private async refresh(): Promise<void> {
    const late = new AbortController();
    const asked = Promise.all(this.followed.map((one) => this.ask(one).catch(() => undefined)));
    const found = (await Promise.race([asked, pause(PATIENCE_MS, late.signal)])) ?? [];
    late.abort();
    this.behind.reset();
    this.pending.reset();
    for (const [at, { name }] of this.followed.entries()) {
      const figures = found[at];
      if (figures === undefined) continue;
      const labels = { tenant_id: this.args.tenant, device_id: String(this.args.device), stream: name };
      this.behind.set(labels, figures.behindSeconds);
      this.pending.set(labels, figures.pending);
    }
  }

  private async ask({ key, group }: Followed) {
    const { redis } = this.args;
    if (redis.status !== "ready") return undefined;
    const [stream, groups] = (await Promise.all([
      redis.call("XINFO", "STREAM", key),
      redis.call("XINFO", "GROUPS", key),
    ])) as [unknown[], unknown[][]];
    const own = groups.map(fieldsOf).find((one) => one.get("name") === group);
    if (own === undefined) return undefined;
    const newest = millisecondsOf(fieldsOf(stream).get("last-generated-id"));
    const given = millisecondsOf(own.get("last-delivered-id"));
    // Before the first delivery the group stands at 0-0: what it has not been given began with the oldest entry.
    const from = given > 0 ? given : Math.min(newest, firstOf(stream) ?? newest);
    return { behindSeconds: Math.max(0, newest - from) / 1000, pending: Number(own.get("pending") ?? 0) };
  }
}

/** `[name, value, name, value …]` */
const fieldsOf = (reply: readonly unknown[]): ReadonlyMap<unknown, unknown> =>
  new Map(Array.from({ length: reply.length / 2 }, (_, at) => [reply[2 * at], reply[2 * at + 1]]));

/** `1700000000000-0` */
const millisecondsOf = (id: unknown): number => Number(String(id ?? "0").split("-")[0]);

function firstOf(stream: readonly unknown[]): number | undefined {
  const first = fieldsOf(stream).get("first-entry");
  return Array.isArray(first) ? millisecondsOf(first[0]) : undefined;
}
