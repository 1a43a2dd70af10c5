import type { CheckResult } from "../../../runtime/health.ts";
import type { WorkerStatus } from "../../../runtime/l7/generate.ts";
import type { Log } from "../../../runtime/log.ts";
import { pause } from "../../../runtime/pause.ts";
import type { WorkerConfig } from "../config.ts";
import { Refusal } from "../refusal.ts";
import { Slots } from "../slots.ts";
import { LlamaEngine, type Sequence } from "./engine.ts";
import { findModel, type ModelFile } from "./model-file.ts";

/** A model that answers, and its places. */
export interface Loaded {
  readonly file: ModelFile;
  readonly engine: LlamaEngine;
  readonly slots: Slots<Sequence>;
}

/** Loads the model as soon as it lies there and is the right one; another version is loaded by a restart. */
export class ModelSlot {
  private readonly config: WorkerConfig;
  private readonly log: Log;
  private loaded: Loaded | undefined;
  private trouble = "not looked for yet";

  constructor(config: WorkerConfig, log: Log) {
    this.config = config;
    this.log = log;
  }

  get running(): number {
    return this.loaded?.slots.running ?? 0;
  }

  /** For /health. */
  check(): CheckResult {
    if (!this.loaded) return { value: `model not loaded: ${this.trouble}`, ok: false };
    const { name, version, signed } = this.loaded.file;
    return { value: `${name} ${version}${signed ? "" : ", not signed"}`, ok: true };
  }

  status(): Omit<WorkerStatus, "device_id"> {
    if (!this.loaded) return { model: null, running: 0, waiting: 0 };
    const { file, engine, slots } = this.loaded;
    const model = { id: file.name, version: file.version, context: engine.context };
    return { model, running: slots.running, waiting: slots.waiting };
  }

  /** @throws Refusal 503 while there is none */
  get(): Loaded {
    if (this.loaded) return this.loaded;
    throw new Refusal(503, "model_not_loaded", "The model is not loaded.");
  }

  /** Tries until a model is loaded or `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.loaded) {
      await this.load();
      if (!this.loaded) await pause(this.config.models.pollMs, signal);
    }
  }

  async dispose(): Promise<void> {
    await this.loaded?.engine.dispose();
  }

  private async load(): Promise<void> {
    const { models, model: name, signatureRequired, slots, context, maxTokens, threads } = this.config;
    const { queue, waitMs } = this.config;
    try {
      const file = await findModel({ folder: models.folder, name, signatureRequired, root: models.root });
      const engine = await LlamaEngine.load({ path: file.path, slots, context, maxTokens, threads, log: this.log });
      this.loaded = { file, engine, slots: new Slots(engine.sequences, { queue, waitMs }) };
      this.log.info(
        { model: name, version: file.version, signed: file.signed, context: engine.context },
        "model loaded",
      );
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.trouble) this.log.error({ model: name, reason: message }, "model not loaded");
      this.trouble = message;
    }
  }
}
