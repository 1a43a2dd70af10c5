import type { Redis } from "ioredis";
import { Backoff } from "./backoff.ts";
import { ReadSize } from "./read-size.ts";
import { toEntries } from "./stream-entry.ts";
import type { TenantService } from "./tenant-service.ts";
import { untilReady } from "./until-ready.ts";

/**
 * Reads a stream from its first entry that still is there, then goes on with what comes, and takes nothing from it. For
 * services that keep the past in memory only and make it again from the stream at each start: no group, nothing is
 * acknowledged.
 */
export class StreamTail {
  private readonly redis: Redis;
  private readonly key: string;
  private readonly block: number;
  private readonly take: (text: string, at: number) => void;
  private readonly backoff = new Backoff(100, 5000);
  private readonly size = new ReadSize();
  private problem = "not started";
  private last: string;
  private atEnd = false;

  /**
   * @param take must not throw; gets an entry's text and when Redis took it, ms since 1970; entries without `event` are left out
   * @param since ms since 1970; older entries are not read (default: all are)
   */
  constructor(service: TenantService, name: string, key: string, take: (text: string, at: number) => void, since = 0) {
    this.redis = service.reader(name);
    this.key = key;
    this.block = service.config.pollTimeoutMs;
    this.take = take;
    this.last = `${Math.max(0, Math.floor(since))}-0`;
    service.health.add({
      name: `input_${name}`,
      weight: "critical",
      read: () => ({ value: this.problem || "reading", ok: this.problem === "" }),
    });
  }

  /** Whether what was there at the start has been read. */
  get caughtUp(): boolean {
    return this.atEnd;
  }

  /** Reads until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await untilReady(this.redis, signal);
        if (signal.aborted) return;
        await this.read();
        this.problem = "";
        this.backoff.succeeded();
      } catch (error) {
        if (signal.aborted) return;
        this.problem = (error as Error).message;
        await this.backoff.wait(signal);
      }
    }
  }

  private async read(): Promise<void> {
    const { redis, key, block, last } = this;
    const count = this.size.entries();
    const reply = (await (this.atEnd
      ? redis.xread("COUNT", count, "BLOCK", block, "STREAMS", key, last)
      : redis.xread("COUNT", count, "STREAMS", key, last))) as [string, [string, string[]][]][] | null;
    const entries = toEntries(key, reply?.[0]?.[1] ?? [], () => 1);
    for (const { id, event } of entries) {
      this.last = id;
      if (event !== undefined) this.take(event, Number.parseInt(id, 10));
    }
    this.size.learn(entries);
    if (entries.length < count) this.atEnd = true;
  }
}
