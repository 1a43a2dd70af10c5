import { Backoff } from "./backoff.ts";
import { ReadSize } from "./read-size.ts";
import { toEntries } from "./stream-entry.ts";
import type { TenantService } from "./tenant-service.ts";
import { untilReady } from "./until-ready.ts";

/** A reader that sees a whole stream without taking anything from it. */
export interface StreamTail {
  /** Whether what was there at the start has been read. */
  readonly caughtUp: boolean;
  /** Reads until `signal` aborts; never throws. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Reads a stream from its first entry that still is there, then goes on with what comes. For services that keep the past
 * in memory only and make it again from the stream at each start: no group, nothing is acknowledged.
 * @param take must not throw; gets an entry's text and when Redis took it, ms since 1970; entries without `event` are left out
 * @param since ms since 1970; older entries are not read (default: all are)
 */
export function streamTail(
  service: TenantService,
  name: string,
  key: string,
  take: (text: string, at: number) => void,
  since = 0,
): StreamTail {
  const redis = service.reader(name);
  const backoff = new Backoff(100, 5000);
  const state = { caughtUp: false, problem: "not started" };
  const size = new ReadSize();
  let last = `${Math.max(0, Math.floor(since))}-0`;

  async function read(): Promise<void> {
    const [count, block] = [size.entries(), service.config.pollTimeoutMs];
    const reply = (await (state.caughtUp
      ? redis.xread("COUNT", count, "BLOCK", block, "STREAMS", key, last)
      : redis.xread("COUNT", count, "STREAMS", key, last))) as [string, [string, string[]][]][] | null;
    const entries = toEntries(key, reply?.[0]?.[1] ?? [], () => 1);
    for (const { id, event } of entries) {
      last = id;
      if (event !== undefined) take(event, Number.parseInt(id, 10));
    }
    size.learn(entries);
    if (entries.length < count) state.caughtUp = true;
  }

  service.health.add({
    name: `input_${name}`,
    weight: "critical",
    read: () => ({ value: state.problem || "reading", ok: state.problem === "" }),
  });
  return {
    get caughtUp() {
      return state.caughtUp;
    },
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await untilReady(redis, signal);
          if (signal.aborted) return;
          await read();
          state.problem = "";
          backoff.succeeded();
        } catch (error) {
          if (signal.aborted) return;
          state.problem = (error as Error).message;
          await backoff.wait(signal);
        }
      }
    },
  };
}
