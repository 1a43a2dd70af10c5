import { once } from "node:events";
import { stat } from "node:fs/promises";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DbeInbox, type Handler } from "../../../runtime/dbe/local/inbox.ts";
import type { CheckResult } from "../../../runtime/health.ts";
import { MAX_HEALTH_BYTES } from "../../../runtime/health-event.ts";
import type { Log } from "../../../runtime/log.ts";
import { pause } from "../../../runtime/pause.ts";

export interface BusInboxOptions {
  /** The container's folder on the bus; a fleet without gateways has none. */
  readonly folder: string;
  readonly handlers: Readonly<Record<number, Handler>>;
  readonly log: Log;
  /** Time between two attempts to listen, ms (default 2,000). */
  readonly retryMs?: number;
}

/** Questions take turns, so more at a time would only wait; they change nothing, so no answers need be kept. */
const LIMITS = {
  concurrency: 16,
  maxPayload: MAX_HEALTH_BYTES,
  repeatable: new Set([TYPES.L8_SOC_EVENT_ENRICHMENT]),
};

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
    const { folder, handlers, log } = this.options;
    if (!(await isFolder(folder))) {
      this.state = { value: "not deployed", ok: true };
      return undefined;
    }
    const inbox = new DbeInbox({ ...LIMITS, folder, handlers, log });
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
