import { Worker } from "node:worker_threads";
import { InputError } from "../input-error.ts";
import type { DecodedPicture, DecodedSound } from "./decode.ts";
import type { DecoderAnswer, DecoderJob } from "./thread.ts";
import { TenantTurns } from "./turns.ts";

export interface DecoderOptions {
  /** The program of the thread: this service's own, which sees that it is a thread. */
  readonly program: URL;
  /** Files that wait at most; half of it is the most of one tenant, with the one that is decoded. */
  readonly queue: number;
  /** Longest time of one file, ms. */
  readonly timeoutMs: number;
}

/** Whose file it is. */
export interface DecoderAsker {
  readonly tenant: string;
  /** Aborts when nobody waits for the answer any more: a file that still waits then is not decoded. */
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly tenant: string;
  readonly job: DecoderJob;
  readonly resolve: (done: DecodedPicture | DecodedSound) => void;
  readonly reject: (error: Error) => void;
}

/** Memory of the thread's heap, MiB; pictures lie beside it. */
const HEAP_MIB = 64;
/** Longest time until a thread takes files, ms: not a file's fault. */
const START_MS = 10_000;

/**
 * Decodes files in a thread of its own, one after the other; tenants take turns. A file that takes too long ends the thread, and the next one
 * gets another: health and the other questions never wait for it.
 */
export class Decoder {
  private readonly options: DecoderOptions;
  private readonly waiting = new TenantTurns<Waiting>();
  private thread: Worker | undefined;
  private isReady = false;
  private busy: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: DecoderOptions) {
    this.options = options;
  }

  /** Files under way, and waiting. */
  get open(): number {
    return this.waiting.size + (this.busy ? 1 : 0);
  }

  picture(asker: DecoderAsker, file: Uint8Array): Promise<DecodedPicture> {
    return this.take(asker, { what: "picture", file }) as Promise<DecodedPicture>;
  }

  sound(asker: DecoderAsker, file: Uint8Array): Promise<DecodedSound> {
    return this.take(asker, { what: "sound", file }) as Promise<DecodedSound>;
  }

  async close(): Promise<void> {
    for (let one = this.waiting.take(); one; one = this.waiting.take()) {
      one.reject(new InputError("decoder_failed", "the service stops"));
    }
    await this.replace("decoder_failed", "the service stops");
  }

  /** @throws InputError overloaded, decoder_timeout, decoder_failed, or what is wrong with the file; the signal's reason */
  private take({ tenant, signal }: DecoderAsker, job: DecoderJob): Promise<DecodedPicture | DecodedSound> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const { queue } = this.options;
    const own = this.waiting.of(tenant) + (this.busy?.tenant === tenant ? 1 : 0);
    if (this.waiting.size >= queue || own >= Math.max(1, queue / 2)) {
      return Promise.reject(new InputError("overloaded", "too many pictures and sounds wait; try again in a moment"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<DecodedPicture | DecodedSound>();
    const one = { tenant, job, resolve, reject };
    const leave = (): void => {
      if (this.waiting.remove(one)) reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    this.waiting.add(one);
    this.next();
    return promise.finally(() => signal.removeEventListener("abort", leave));
  }

  private next(): void {
    if (this.busy) return;
    this.busy = this.waiting.take();
    if (!this.busy) return;
    if (this.thread && this.isReady) this.send(this.thread, this.busy.job);
    else {
      this.thread ??= this.started();
      this.limit(START_MS, "decoder_failed", "the decoder does not start");
    }
  }

  private send(thread: Worker, job: DecoderJob): void {
    const { timeoutMs } = this.options;
    this.limit(timeoutMs, "decoder_timeout", `the file is not decoded after ${timeoutMs} ms`);
    // A copy of its own, which moves to the thread: nothing of it stays here.
    const file = Uint8Array.from(job.file);
    thread.postMessage({ what: job.what, file } satisfies DecoderJob, [file.buffer]);
  }

  /** Ends the thread when what it does takes longer than that. */
  private limit(ms: number, code: InputError["code"], message: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.replace(code, message), ms);
  }

  private started(): Worker {
    this.isReady = false;
    const thread = new Worker(this.options.program, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB }, env: {} });
    const current = (): boolean => thread === this.thread;
    thread.on("message", (answer: DecoderAnswer) => current() && this.hear(thread, answer));
    thread.on(
      "error",
      (error) => current() && void this.replace("decoder_failed", `the decoder ended: ${error.message}`),
    );
    thread.on("exit", () => current() && void this.replace("decoder_failed", "the decoder ended"));
    thread.unref();
    return thread;
  }

  private hear(thread: Worker, answer: DecoderAnswer): void {
    if ("ready" in answer) {
      this.isReady = true;
      if (this.busy) this.send(thread, this.busy.job);
    } else this.finish(answer);
  }

  private finish(answer: Exclude<DecoderAnswer, { ready: true }>): void {
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
