import type { Counter } from "prom-client";
import type { CheckResult } from "../../../runtime/health.ts";
import type { Log } from "../../../runtime/log.ts";
import type { Metrics } from "../../../runtime/metrics.ts";
import { pause } from "../../../runtime/pause.ts";
import type { Findings } from "../findings.ts";
import { checkedCounter } from "./checked-counter.ts";
import type { Checked } from "./verdict-check.ts";

/** A log that is checked piece by piece. */
export interface CheckedLog {
  /** `soc_events`, `decisions` */
  readonly name: string;
  step(): Promise<Checked>;
}

export interface LogCheckParts {
  readonly logs: readonly CheckedLog[];
  readonly findings: Findings;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Time between two turns, milliseconds. */
  readonly everyMs: number;
}

/** Work of one turn on one log: pieces, and the time after which none is begun, milliseconds. */
const MOST_PIECES = 8;
const TURN_MS = 150;
/** Findings that are recorded of one piece; what is beyond is found again in the next round. */
const MOST_FINDINGS = 20;

/** Looks for logs that were tampered with, a bounded piece of work at a time. */
export class LogCheck {
  private readonly parts: LogCheckParts;
  private readonly checked: Counter<"log">;
  private problem: string | undefined;
  private rounds = 0;

  constructor(parts: LogCheckParts) {
    this.parts = parts;
    this.checked = checkedCounter(parts.metrics.registry);
    for (const { name } of parts.logs) this.checked.inc({ log: name }, 0);
  }

  /** For /health. */
  check(): CheckResult {
    return { value: this.problem ?? `${this.rounds} rounds`, ok: this.problem === undefined };
  }

  /** Takes turns until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { logs, everyMs, log } = this.parts;
    while (!signal.aborted) {
      await pause(everyMs, signal);
      try {
        for (const one of logs) if (!signal.aborted) await this.turn(one, signal);
        if (this.problem !== undefined) log.info("logs are checked again");
        this.problem = undefined;
      } catch (error) {
        const { message } = error as Error;
        if (message !== this.problem && !signal.aborted) log.warn({ reason: message }, "logs are not checked");
        this.problem = message;
      }
    }
  }

  private async turn(one: CheckedLog, signal: AbortSignal): Promise<void> {
    const { findings, log } = this.parts;
    const begun = performance.now();
    for (let piece = 0; piece < MOST_PIECES && performance.now() - begun < TURN_MS && !signal.aborted; piece++) {
      const { count, findings: found, atEnd } = await one.step();
      this.checked.inc({ log: one.name }, count);
      await findings.record(found.slice(0, MOST_FINDINGS));
      if (found.length > MOST_FINDINGS)
        log.error({ audit: true, log: one.name, found: found.length }, "many deviations");
      if (!atEnd) continue;
      this.rounds += 1;
      return;
    }
  }
}
