import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { CheckResult } from "../../../runtime/health.ts";
import type { Log } from "../../../runtime/log.ts";
import type { ModelIdentity } from "../../../runtime/models/manifest.ts";
import type { ModelSettings } from "../../../runtime/models/model-settings.ts";
import { pause } from "../../../runtime/pause.ts";
import { Encoder, type Vector } from "./encoder.ts";
import { findEncoder } from "./find-encoder.ts";
import type { WordPieces } from "./word-pieces.ts";

/** Texts that may wait for their turn; each question has one of them under way at most. */
const MOST_WAITING = 16;

/**
 * The encoder, as soon as it lies there and is the right one; another version is loaded by a restart. Texts take turns, so
 * that a long document does not keep a question waiting for more than one of its parts.
 */
export class EncoderSlot {
  private readonly settings: ModelSettings;
  private readonly log: Log;
  private loaded: Encoder | undefined;
  private trouble = "not looked for yet";
  private last: Promise<unknown> = Promise.resolve();
  private queued = 0;

  constructor(settings: ModelSettings, log: Log) {
    this.settings = settings;
    this.log = log;
  }

  /** Texts that wait, with the one at work. */
  get waiting(): number {
    return this.queued;
  }

  /** `model` in /health. */
  check(): CheckResult {
    if (!this.loaded) return { value: `model not loaded: ${this.trouble}`, ok: false };
    return { value: identityText(this.loaded.manifest), ok: true };
  }

  /** @throws DbeError DESTINATION_UNAVAILABLE while there is no model: no vector is made up */
  get model(): ModelIdentity & { readonly maxTokens: number; readonly pieces: WordPieces } {
    const { manifest, pieces } = this.encoder();
    return { name: manifest.name, version: manifest.version, maxTokens: manifest.maxTokens, pieces };
  }

  /**
   * A vector, when it is this text's turn.
   * @throws DbeError OVERLOADED, DESTINATION_UNAVAILABLE; what `signal` aborts with
   */
  async encode(ids: readonly number[], signal: AbortSignal): Promise<{ vector: Vector; seconds: number }> {
    if (this.queued >= MOST_WAITING) throw new DbeError("OVERLOADED", "too many texts wait for the encoder");
    this.queued += 1;
    const turn = this.last.then(async () => {
      signal.throwIfAborted();
      const begun = performance.now();
      const vector = await this.encoder().encode(ids);
      return { vector, seconds: (performance.now() - begun) / 1000 };
    });
    this.last = turn.catch(() => undefined);
    return turn.finally(() => {
      this.queued -= 1;
    });
  }

  /** Tries until the model is loaded or `signal` aborts; then waits for the stop. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.loaded) {
      await this.load();
      if (!this.loaded) await pause(this.settings.pollMs, signal);
    }
    while (!signal.aborted) await pause(60_000, signal);
    await this.last;
    await this.loaded?.release();
  }

  private encoder(): Encoder {
    if (this.loaded) return this.loaded;
    throw new DbeError("DESTINATION_UNAVAILABLE", `model not loaded: ${this.trouble}`);
  }

  private async load(): Promise<void> {
    try {
      this.loaded = await Encoder.load(await findEncoder(this.settings));
      this.log.info({ model: identityText(this.loaded.manifest) }, "model loaded");
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.trouble) this.log.error({ reason: message }, "model not loaded");
      this.trouble = message;
    }
  }
}

/** A model as it stands beside vectors and in /health. */
export const identityText = ({ name, version }: ModelIdentity): string => `${name} ${version}`;
