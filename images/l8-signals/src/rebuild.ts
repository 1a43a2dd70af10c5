import { Backoff } from "../../runtime/backoff.ts";
import type { CheckResult } from "../../runtime/health.ts";
import type { Log } from "../../runtime/log.ts";
import type { Habits } from "./habits/habits.ts";
import type { Observed } from "./observed.ts";

export interface RebuildParts {
  readonly habits: Habits;
  /** Ids of events that are still to be judged; throws while Redis is away. */
  readonly unfinished: () => Promise<ReadonlySet<string>>;
  /** Logins of the past, oldest first; throws while the archive is away. */
  readonly past: () => AsyncIterable<readonly Observed[]>;
  readonly log: Log;
}

/** Learns habits from the archive at a start, before any event is judged. */
export class Rebuild {
  private readonly parts: RebuildParts;
  private readonly backoff = new Backoff(500, 30_000);
  private read = 0;
  private problem: string | undefined;
  private done = false;

  constructor(parts: RebuildParts) {
    this.parts = parts;
  }

  /** For /health. */
  check(): CheckResult {
    const { habits } = this.parts;
    if (this.done) return { value: `${habits.size} accounts`, ok: true };
    return { value: this.problem ?? `learning from the archive: ${this.read} logins`, ok: this.problem === undefined };
  }

  /** Learns once, trying again while a store is away; returns when it is done, or `signal` aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { habits, log } = this.parts;
    while (!signal.aborted) {
      try {
        await this.learn(signal);
        this.done = true;
        log.info({ logins: this.read, accounts: habits.size }, "habits learned");
        return;
      } catch (error) {
        const { message } = error as Error;
        if (message !== this.problem && !signal.aborted) log.warn({ reason: message }, "habits are not learned yet");
        this.problem = message;
        await this.backoff.wait(signal);
      }
    }
  }

  private async learn(signal: AbortSignal): Promise<void> {
    const { habits, unfinished, past } = this.parts;
    habits.forget();
    this.read = 0;
    const open = await unfinished();
    for await (const page of past()) {
      if (signal.aborted) return;
      for (const login of page) if (!open.has(login.id)) habits.look(login);
      this.read += page.length;
    }
  }
}
