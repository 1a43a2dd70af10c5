import { Worker } from "node:worker_threads";
import { InputError } from "../input-error.ts";
import type { DecodedPicture, DecodedSound } from "./decode.ts";
import type { DecoderAnswer, DecoderJob } from "./thread.ts";

export interface DecoderOptions {
  /** The program of the thread: this service's own, which sees that it is a thread. */
  readonly program: URL;
  /** Files that wait at most; half of them are the most of one tenant. */
  readonly queue: number;
  /** Longest time of one file, ms. */
  readonly timeoutMs: number;
}

interface Waiting {
  readonly tenant: string;
  readonly job: DecoderJob;
  readonly resolve: (done: DecodedPicture | DecodedSound) => void;
  readonly reject: (error: Error) => void;
}

/** Memory of the thread's heap, MiB; pictures lie beside it. */
const HEAP_MIB = 64;

/**
 * Decodes files in a thread of its own, one after the other. A file that takes too long ends the thread, and the next one
 * gets another: health and the other questions never wait for it.
 */
export class Decoder {
  private readonly options: DecoderOptions;
  private readonly waiting: Waiting[] = [];
  private thread: Worker | undefined;
  private busy: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: DecoderOptions) {
    this.options = options;
  }

  /** Files under way, and waiting. */
  get open(): number {
    return this.waiting.length + (this.busy ? 1 : 0);
  }

  picture(tenant: string, file: Uint8Array): Promise<DecodedPicture> {
    return this.take(tenant, { what: "picture", file }) as Promise<DecodedPicture>;
  }

  sound(tenant: string, file: Uint8Array): Promise<DecodedSound> {
    return this.take(tenant, { what: "sound", file }) as Promise<DecodedSound>;
  }

  async close(): Promise<void> {
    for (const { reject } of this.waiting.splice(0)) reject(new InputError("decoder_failed", "the service stops"));
    await this.replace("decoder_failed", "the service stops");
  }

  /** @throws InputError overloaded, decoder_timeout, decoder_failed, or what is wrong with the file */
  private take(tenant: string, job: DecoderJob): Promise<DecodedPicture | DecodedSound> {
    const { queue } = this.options;
    const own = this.waiting.filter((one) => one.tenant === tenant).length;
    if (this.waiting.length >= queue || own >= Math.max(1, queue / 2)) {
      return Promise.reject(new InputError("overloaded", "too many pictures and sounds wait; try again in a moment"));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ tenant, job, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.busy) return;
    this.busy = this.waiting.shift();
    if (!this.busy) return;
    const { job } = this.busy;
    this.thread ??= this.started();
    this.timer = setTimeout(() => {
      void this.replace("decoder_timeout", `the file is not decoded after ${this.options.timeoutMs} ms`);
    }, this.options.timeoutMs);
    // A copy of its own, which moves to the thread: nothing of it stays here.
    const file = Uint8Array.from(job.file);
    this.thread.postMessage({ what: job.what, file } satisfies DecoderJob, [file.buffer]);
  }

  private started(): Worker {
    const thread = new Worker(this.options.program, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB }, env: {} });
    const current = (): boolean => thread === this.thread;
    thread.on("message", (answer: DecoderAnswer) => current() && this.finish(answer));
    thread.on(
      "error",
      (error) => current() && void this.replace("decoder_failed", `the decoder ended: ${error.message}`),
    );
    thread.on("exit", () => current() && void this.replace("decoder_failed", "the decoder ended"));
    thread.unref();
    return thread;
  }

  private finish(answer: DecoderAnswer): void {
    const { busy } = this;
    clearTimeout(this.timer);
    this.busy = undefined;
    if ("done" in answer) busy?.resolve(answer.done);
    else busy?.reject(new InputError(answer.refused.code, answer.refused.message));
    this.next();
  }

  private async replace(code: InputError["code"], message: string): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    if (this.busy) this.finish({ refused: { code, message } });
    await thread?.terminate();
  }
}
