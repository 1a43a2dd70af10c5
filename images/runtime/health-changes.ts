import type { HealthReport } from "./health.ts";
import type { Log } from "./log.ts";

/** Notices changes of a service's health and logs each. */
export class HealthChanges {
  private readonly log: Log;
  private before = "starting";

  constructor(log: Log) {
    this.log = log;
  }

  /** Whether nothing but the start was seen. */
  get isStarting(): boolean {
    return this.before === "starting";
  }

  /** Whether the status is another than that of the report before. */
  note({ status, checks }: HealthReport): boolean {
    const from = this.before;
    if (status === from) return false;
    // A service that has just begun is not ill: its connections are on their way.
    if (from === "starting" && status === "unhealthy") return true;
    this.before = status;
    const line = { from, to: status, checks };
    if (status === "healthy") this.log.info(line, "health changed");
    else this.log.warn(line, "health changed");
    return true;
  }
}
