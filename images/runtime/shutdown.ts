import type { Health } from "./health.ts";
import type { Log } from "./log.ts";

export interface ShutdownOptions {
  readonly health: Health;
  readonly log: Log;
  /** Time between failing the health check and stopping, for balancers to notice, milliseconds (default 0). */
  readonly drainMs?: number;
  /** Time after which the process ends whatever still runs, milliseconds (default 8,000). */
  readonly limitMs?: number;
  /** Finishes work and closes connections. */
  readonly stop: () => Promise<void>;
}

/**
 * On SIGTERM or SIGINT: health fails, then after `drainMs` everything is stopped and the process exits with 0. A
 * second signal, or a stop that takes longer than `limitMs`, exits with 1.
 */
export function stopOnSignals({ health, log, drainMs = 0, limitMs = 8000, stop }: ShutdownOptions): void {
  let stopping = false;
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) {
      log.warn({ signal }, "second signal: exiting at once");
      process.exit(1);
    }
    stopping = true;
    health.drain();
    log.info({ signal, drainMs }, "stopping");
    setTimeout(() => {
      log.error({ limitMs }, "not stopped in time: exiting");
      process.exit(1);
    }, drainMs + limitMs).unref();
    await new Promise((resolve) => setTimeout(resolve, drainMs));
    try {
      await stop();
      log.info("stopped");
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, "stop failed");
      process.exit(1);
    }
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}
