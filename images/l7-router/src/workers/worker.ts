import { randomBytes } from "node:crypto";
import { Agent } from "node:http";
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import { mintClaim } from "../../../runtime/dbe/claim/mint.ts";
import {
  CLAIM_HEADER,
  GENERATE_PATH,
  type GenerateEvent,
  REQUEST_ID_HEADER,
  TENANT_HEADER,
  type WorkerStatus,
} from "../../../runtime/l7/generate.ts";
import { generationId } from "../../../runtime/l7/generation-id.ts";
import type { Signer } from "../../../runtime/pqc/signer.ts";
import type { ApiKey } from "../key-ring.ts";
import { askWorker } from "./ask-worker.ts";
import type { WorkerAddress } from "./worker-address.ts";
import { WorkerError } from "./worker-error.ts";

export interface WorkerSettings {
  /** Device that this service speaks for, as claims name it. */
  readonly device: number;
  /** Failures in a row after which a worker is left alone, and for how long, ms. */
  readonly breakAfter: number;
  readonly halfOpenMs: number;
  /** Longest silence of a worker, ms. */
  readonly idleMs: number;
  /** How long a status counts, ms. */
  readonly statusMs: number;
}

/** One request for a worker. */
export interface WorkerRequest {
  readonly caller: ApiKey;
  /** The caller's tenant's key. */
  readonly key: Signer;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

/** One worker: what it has, how busy it is, and a circuit breaker in front of it. */
export class Worker {
  readonly address: WorkerAddress;
  private readonly settings: WorkerSettings;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  private readonly breaker;
  private open = 0;
  private brokenAt = 0;
  private seen: { readonly status: WorkerStatus; readonly at: number } | undefined;

  constructor(address: WorkerAddress, settings: WorkerSettings) {
    this.address = address;
    this.settings = settings;
    this.breaker = circuitBreaker(
      handleWhen((error) => error instanceof WorkerError && error.kind === "down"),
      { halfOpenAfter: settings.halfOpenMs, breaker: new ConsecutiveBreaker(settings.breakAfter) },
    );
    this.breaker.onBreak(() => {
      this.brokenAt = performance.now();
    });
  }

  /** The model it has; undefined when it has none or was not heard of lately. */
  get model(): string | undefined {
    const { seen, settings } = this;
    return seen && performance.now() - seen.at < settings.statusMs ? seen.status.model?.id : undefined;
  }

  /** The model it had when it was last heard of. */
  get lastModel(): string | undefined {
    return this.seen?.status.model?.id;
  }

  /** Requests at work or waiting there, as far as is known here. */
  get load(): number {
    const { running = 0, waiting = 0 } = this.seen?.status ?? {};
    return Math.max(this.open, running + waiting);
  }

  /** Whether it is left alone; after that time the next request tries it. */
  get isBroken(): boolean {
    return this.breaker.state === CircuitState.Open && performance.now() - this.brokenAt < this.settings.halfOpenMs;
  }

  /** For /health. */
  get state(): "open" | "closed" | "half-open" {
    if (this.isBroken) return "open";
    return this.breaker.state === CircuitState.Closed ? "closed" : "half-open";
  }

  /** Takes a status, or that there was none. */
  hear(status: WorkerStatus | undefined): void {
    if (status) this.seen = { status, at: performance.now() };
  }

  /**
   * Starts an answer: returns when its first event is here. The iteration must be ended, at the latest by its end.
   * @throws WorkerError; cockatiel's BrokenCircuitError while the worker is left alone
   */
  async start(request: WorkerRequest): Promise<AsyncGenerator<GenerateEvent, void>> {
    this.open += 1;
    try {
      const { first, events } = await this.breaker.execute(async () => {
        const events = askWorker({ ...(await this.call(request)), agent: this.agent, signal: request.signal });
        const { value, done } = await events.next();
        if (done) throw new WorkerError("down", 502, "worker_failed", "an empty answer");
        return { first: value, events };
      });
      return this.rest(first, events);
    } catch (error) {
      this.open -= 1;
      throw error;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private async call({ caller, key, body }: WorkerRequest) {
    const { device, url } = this.address;
    const requestId = randomBytes(16);
    const { tenant, name: userId } = caller;
    const messageId = generationId({ tenant, device, requestId, body });
    const claim = await mintClaim(key, { tenant, userId, device: this.settings.device, messageId });
    const headers = {
      [CLAIM_HEADER]: claim.toString("latin1"),
      [TENANT_HEADER]: tenant,
      [REQUEST_ID_HEADER]: requestId.toString("hex"),
    };
    return { url: new URL(GENERATE_PATH, url), headers, body, idleMs: this.settings.idleMs };
  }

  private async *rest(first: GenerateEvent, events: AsyncGenerator<GenerateEvent, void>) {
    try {
      yield first;
      yield* events;
    } catch (error) {
      // It broke after it had begun well: told to the breaker, which counts only what it runs.
      await this.breaker.execute(() => Promise.reject(error)).catch(() => undefined);
      throw error;
    } finally {
      this.open -= 1;
      await events.return();
    }
  }
}
