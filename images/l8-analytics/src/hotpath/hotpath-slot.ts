import type { Log } from "../../../runtime/log.ts";
import { HotPath, type HotPathOptions } from "./hotpath.ts";

/**
 * The hot path as a thing that may be missing: opened at the first use, and again after a failure, at most once in
 * ten seconds. Its faults are logged and reported, and never stop the caller.
 */
export class HotPathSlot {
  private readonly options: HotPathOptions;
  private readonly log: Log;
  private readonly onFailure: () => void;
  private db: HotPath | undefined;
  private problem: string | undefined;
  private nextTry = 0;

  constructor(options: HotPathOptions, log: Log, onFailure: () => void) {
    this.options = options;
    this.log = log;
    this.onFailure = onFailure;
  }

  /** Why the hot path does not take data, or undefined when it does. */
  get trouble(): string | undefined {
    return this.problem;
  }

  /** What `action` returns, or undefined where the hot path does not work. */
  use<T>(action: (db: HotPath) => T): T | undefined {
    if (!this.db && Date.now() < this.nextTry) return undefined;
    try {
      this.db ??= new HotPath(this.options);
      const result = action(this.db);
      this.problem = undefined;
      return result;
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.problem)
        this.log.warn({ dir: this.options.dir, reason: message }, "hot path takes no data; the archive has it");
      this.problem = message;
      this.nextTry = Date.now() + 10_000;
      this.onFailure();
      this.close();
      return undefined;
    }
  }

  close(): void {
    try {
      this.db?.close();
    } catch {
      // A database that cannot be closed is given up; the next use opens it anew.
    }
    this.db = undefined;
  }
}
