import type { CheckResult } from "../../runtime/health.ts";
import type { Log } from "../../runtime/log.ts";
import { pause } from "../../runtime/pause.ts";
import { askShrink } from "./ask-shrink.ts";
import { readShrinkMetrics, type ShrinkMetrics } from "./shrink-metrics.ts";

/** Metrics older than this say nothing about now, milliseconds. */
const FRESH_MS = 30_000;

/** Polls SHRINK. Without an address it is not deployed, which is no fault; an outage only ends escalation. */
export class ShrinkPoller {
  private readonly url: string;
  private readonly everyMs: number;
  private readonly log: Log;
  private latest: { readonly metrics: ShrinkMetrics; readonly at: number } | undefined;
  private problem = "";

  constructor(url: string, everyMs: number, log: Log) {
    this.url = url;
    this.everyMs = everyMs;
    this.log = log;
  }

  /** The last metrics, while they are fresh. */
  get current(): ShrinkMetrics | undefined {
    return this.latest && Date.now() - this.latest.at < FRESH_MS ? this.latest.metrics : undefined;
  }

  /** For /health. */
  check(): CheckResult {
    if (this.url === "") return { value: "not deployed", ok: true };
    return this.current ? { value: "connected", ok: true } : { value: this.problem || "not answered yet", ok: false };
  }

  /** Polls until `signal` aborts; hands each answer to `onMetrics`. Never throws. */
  async run(signal: AbortSignal, onMetrics: (metrics: ShrinkMetrics) => void): Promise<void> {
    while (this.url !== "" && !signal.aborted) {
      try {
        const metrics = await this.poll(signal);
        this.latest = { metrics, at: Date.now() };
        if (this.problem) this.log.info({ url: this.url }, "SHRINK answers again");
        this.problem = "";
        onMetrics(metrics);
      } catch (error) {
        const { message } = error as Error;
        if (message !== this.problem) this.log.warn({ url: this.url, reason: message }, "SHRINK does not answer");
        this.problem = message;
      }
      await pause(this.everyMs, signal);
    }
  }

  private async poll(signal: AbortSignal): Promise<ShrinkMetrics> {
    return readShrinkMetrics(await askShrink(this.url, signal));
  }
}
