import type { DsmilEvent } from "./event.ts";
import { encodeEvent } from "./event-codec.ts";
import { latencyCheck } from "./latency-check.ts";
import { LatencyWindow } from "./latency-window.ts";
import type { Refuser } from "./reject.ts";
import type { Rejected } from "./reject-entry.ts";
import { rejectPoison } from "./reject-poison.ts";
import { type Outcome, StreamConsumer } from "./stream-consumer.ts";
import type { StreamEntry } from "./stream-entry.ts";
import { type StreamAppend, StreamWriter } from "./stream-writer.ts";
import type { TenantService } from "./tenant-service.ts";

/** What a stage makes of one entry. */
export type Staged = { readonly kind: "passed"; readonly event: DsmilEvent } | Rejected;

/** What a stage made of an entry, or the bug it met. */
export type Step = Staged | { readonly kind: "failed"; readonly error: Error };

/** One stage of the flow: a stream in, a step, streams out. */
export interface Stage {
  /** Name of the input in /health and of the work in the metrics. */
  readonly input: string;
  readonly msgType: string;
  /** Consumer group; the data stack creates it. */
  readonly group: string;
  readonly from: string;
  readonly to: readonly string[];
  /** Objective of the layer for one batch, milliseconds. */
  readonly objectiveMs: number;
  /** One result an entry, in order. An entry gives an event with the same id each time; a throw repeats the batch. */
  readonly step: (entries: readonly StreamEntry[], self: Refuser) => Promise<readonly Step[]>;
}

/** Wires a stage into its service: it runs from `service.start()` on. */
export function addStage(service: TenantService, stage: Stage): void {
  const { config, metrics, log } = service;
  const { tenant, device, layer } = config.identity;
  const self: Refuser = { tenant, device, layer };
  const rejects = config.streams.rejects;
  const writer = new StreamWriter(service.writer);
  const latency = new LatencyWindow();
  service.health.add(latencyCheck(latency, stage.objectiveMs));

  async function handle(entries: readonly StreamEntry[]): Promise<Outcome> {
    const begun = performance.now();
    const { appends, reasons, done, failed } = sorted(entries, await stage.step(entries, self), stage, rejects);
    await writer.append(appends);
    // Counted once Redis has all of it, so that a batch that is repeated counts once.
    const elapsed = performance.now() - begun;
    latency.record(elapsed);
    metrics.processed(stage.msgType, done.length, elapsed / 1000);
    for (const reason of reasons) metrics.rejected(reason);
    for (const _ of failed) metrics.failed("internal");
    return { done, failed };
  }

  const consumer = new StreamConsumer({
    reader: service.reader(stage.input),
    writer: service.writer,
    key: stage.from,
    group: stage.group,
    consumer: config.identity.service,
    batchSize: config.batchSize,
    pollTimeoutMs: config.pollTimeoutMs,
    handle,
    onPoison: rejectPoison(writer, rejects, self, metrics),
    log,
  });
  service.consume(stage.input, consumer);
}

function sorted(entries: readonly StreamEntry[], steps: readonly Step[], stage: Stage, rejects: string) {
  const appends: StreamAppend[] = [];
  const reasons: Rejected["reason"][] = [];
  const done: string[] = [];
  const failed: { entry: StreamEntry; error: Error }[] = [];
  for (const [at, entry] of entries.entries()) {
    try {
      const step = steps[at] ?? { kind: "failed", error: new Error("the step gave no result for this entry") };
      if (step.kind === "failed") throw step.error;
      const event = encodeEvent(step.event);
      if (step.kind === "rejected") reasons.push(step.reason);
      for (const key of step.kind === "rejected" ? [rejects] : stage.to) appends.push({ key, event });
      done.push(entry.id);
    } catch (error) {
      failed.push({ entry, error: error as Error });
    }
  }
  return { appends, reasons, done, failed };
}
