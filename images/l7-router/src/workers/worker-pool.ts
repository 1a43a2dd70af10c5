import { BrokenCircuitError } from "cockatiel";
import type { CheckResult } from "../../../runtime/health.ts";
import type { GenerateEvent, WorkerStatus } from "../../../runtime/l7/generate.ts";
import type { Log } from "../../../runtime/log.ts";
import { pause } from "../../../runtime/pause.ts";
import { ApiError } from "../api-error.ts";
import { Worker, type WorkerRequest, type WorkerSettings } from "./worker.ts";
import type { WorkerAddress } from "./worker-address.ts";
import { WorkerError } from "./worker-error.ts";

export interface WorkerPoolParts {
  readonly addresses: readonly WorkerAddress[];
  readonly settings: WorkerSettings;
  readonly log: Log;
  /** Time between two looks at the workers, ms. */
  readonly lookMs: number;
}

/** An answer that has begun. */
export interface Started {
  /** Id of the model that answers. */
  readonly model: string;
  readonly events: AsyncGenerator<GenerateEvent, void>;
}

/** The workers: the least busy of the first device is asked first, those of other devices when none of these can. */
export class WorkerPool {
  private readonly workers: readonly Worker[];
  private readonly parts: WorkerPoolParts;

  constructor(parts: WorkerPoolParts) {
    this.parts = parts;
    this.workers = parts.addresses.map((address) => new Worker(address, parts.settings));
  }

  /** Ids of the models that workers have now. */
  get models(): readonly string[] {
    return [...new Set(this.workers.flatMap(({ model }) => model ?? []))].sort();
  }

  /** Whether a worker has, or had when it was last heard of, a model. */
  knows(model: string): boolean {
    return this.workers.some((worker) => (worker.model ?? worker.lastModel) === model);
  }

  /** For /health. */
  check(): CheckResult {
    if (this.workers.length === 0) return { value: "not deployed", ok: true };
    const good = this.workers.filter((worker) => worker.model !== undefined && !worker.isBroken);
    const states = this.workers.map((worker) => {
      const state = worker.model === undefined ? "no model" : worker.isBroken ? "left alone" : "ready";
      return `${worker.address.device}: ${state}`;
    });
    return { value: states.join(", "), ok: good.length === this.workers.length };
  }

  /**
   * Starts an answer with the first worker that can. Nothing is asked again once a first event was seen.
   * @throws ApiError 400 where no worker could answer it; 503
   */
  async start(request: WorkerRequest): Promise<Started> {
    const { log } = this.parts;
    for (const worker of this.inOrder()) {
      const { device, url } = worker.address;
      try {
        const events = await worker.start(request);
        return { model: worker.model ?? worker.lastModel ?? "unknown", events };
      } catch (error) {
        request.signal.throwIfAborted();
        if (error instanceof WorkerError && error.kind === "refused") {
          throw new ApiError(400, error.code, error.message, "messages");
        }
        if (!(error instanceof WorkerError) && !(error instanceof BrokenCircuitError)) throw error;
        log.warn({ worker: device, url, reason: error.message, breaker: worker.state }, "worker did not answer");
      }
    }
    throw new ApiError(503, "no_worker", "No worker can answer now. Try again in a moment.", null, { retryAfter: 2 });
  }

  /** Looks at the workers until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      await pause(this.parts.lookMs, signal);
    }
  }

  /** Looks at each worker once. */
  async look(): Promise<void> {
    await Promise.all(this.workers.map(async (worker) => worker.hear(await statusOf(worker.address))));
  }

  close(): void {
    for (const worker of this.workers) worker.close();
  }

  private inOrder(): readonly Worker[] {
    const first = this.workers[0]?.address.device;
    const rank = (worker: Worker): number =>
      (worker.address.device === first ? 0 : 2) + (worker.model === undefined ? 1 : 0);
    const shuffled = this.workers.map((worker) => ({ worker, chance: Math.random(), load: worker.load }));
    return shuffled
      .sort((a, b) => rank(a.worker) - rank(b.worker) || a.load - b.load || a.chance - b.chance)
      .map(({ worker }) => worker);
  }
}

/** Longest wait for a status, ms. */
const STATUS_MS = 1000;

async function statusOf({ url }: WorkerAddress): Promise<WorkerStatus | undefined> {
  try {
    const response = await fetch(new URL("/v1/status", url), { signal: AbortSignal.timeout(STATUS_MS) });
    return response.ok ? ((await response.json()) as WorkerStatus) : undefined;
  } catch {
    return undefined;
  }
}
