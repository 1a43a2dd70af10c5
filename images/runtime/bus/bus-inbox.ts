import { once } from "node:events";
import { stat } from "node:fs/promises";
import { DbeInbox, type DbeInboxOptions } from "../dbe/local/inbox.ts";
import type { CheckResult } from "../health.ts";
import { pause } from "../pause.ts";

/** What a service takes, and how much of it; every service states its own bounds. */
export interface BusInboxOptions
  extends Required<Pick<DbeInboxOptions, "handlers" | "log" | "concurrency" | "maxPayload">>,
    Pick<DbeInboxOptions, "repeatable"> {
  /** The container's folder on the bus; a fleet without gateways has none. */
  readonly folder: string;
  /** Time between two attempts to listen, ms (default 2,000). */
  readonly retryMs?: number;
}

/** This service's inbox on the bus: opened as soon as its folder allows it, closed with the service. */
export class BusInbox {
  private readonly options: BusInboxOptions;
  private state: CheckResult = { value: "not deployed", ok: true };

  constructor(options: BusInboxOptions) {
    this.options = options;
  }

  /** For /health. */
  check(): CheckResult {
    return this.state;
  }

  /** Takes messages until `signal` aborts; those at work are finished. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, folder, retryMs = 2000 } = this.options;
    while (!signal.aborted) {
      const inbox = await this.open();
      if (inbox) {
        log.info({ folder }, "takes messages of the bus");
        if (!signal.aborted) await once(signal, "abort");
        await inbox.close().catch((error: Error) => log.warn({ err: error }, "inbox not closed"));
        return;
      }
      await pause(retryMs, signal);
    }
  }

  private async open(): Promise<DbeInbox | undefined> {
    const { retryMs: _, ...inboxOptions } = this.options;
    const { folder, log } = inboxOptions;
    if (!(await isFolder(folder))) {
      this.state = { value: "not deployed", ok: true };
      return undefined;
    }
    const inbox = new DbeInbox(inboxOptions);
    try {
      await inbox.listen();
      this.state = { value: "listening", ok: true };
      return inbox;
    } catch (error) {
      const { message } = error as Error;
      if (this.state.value !== message) log.warn({ folder, reason: message }, "takes no messages of the bus yet");
      this.state = { value: message, ok: false };
      await inbox.close().catch(() => undefined);
      return undefined;
    }
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
