import type { Usage } from "../../../runtime/l7/generate.ts";
import type { Log } from "../../../runtime/log.ts";
import { ApiError } from "../api-error.ts";
import type { ApiKey } from "../key-ring.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { SigningKeys } from "../signing-keys.ts";
import type { Started, WorkerPool } from "../workers/worker-pool.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { PromptGate } from "./prompt-gate.ts";

export interface ChatParts {
  readonly pool: WorkerPool;
  readonly prompts: PromptGate;
  readonly keys: SigningKeys;
  readonly limiter: Limiter;
  readonly log: Log;
}

/** Characters a token has at least, about: for what nobody counted. */
const CHARACTERS_PER_TOKEN = 4;

/** Takes a chat from its tenant to a worker: limits, then the check of the prompt, then the first worker that can. */
export class Chat {
  private readonly parts: ChatParts;

  constructor(parts: ChatParts) {
    this.parts = parts;
  }

  get models(): readonly string[] {
    return this.parts.pool.models;
  }

  /** Takes one request off the tenant's limits; headers that say what is left. @throws ApiError 429 */
  admit({ tenant }: ApiKey): Readonly<Record<string, string>> {
    return this.parts.limiter.take(tenant);
  }

  /**
   * Starts an answer.
   * @throws ApiError 400, 404, 503
   */
  async start(caller: ApiKey, chat: ChatRequest, signal: AbortSignal): Promise<Started> {
    const { pool, prompts, keys } = this.parts;
    if (pool.models.length === 0 && !pool.knows(chat.model)) {
      throw new ApiError(503, "no_worker", "No worker has a model now. Try again in a moment.", null, {
        retryAfter: 5,
      });
    }
    if (!pool.knows(chat.model)) {
      const message = `The model ${JSON.stringify(chat.model)} does not exist; GET /v1/models lists those there are.`;
      throw new ApiError(404, "model_not_found", message, "model");
    }
    const key = keys.of(caller.tenant);
    if (!key) {
      const message = "The tenant's signing key is not on this node. The operator lays it with `dsmil up`.";
      throw new ApiError(503, "signing_seed_missing", message);
    }
    await prompts.pass(caller, chat.generate.messages);
    signal.throwIfAborted();
    const body = Buffer.from(JSON.stringify(chat.generate));
    return await pool.start({ caller, key, body, signal }).catch((error: unknown) => {
      // A worker has read the prompt for a client that did not wait for the answer's first piece.
      if (signal.aborted) this.spendPart(caller, chat, 0);
      throw error;
    });
  }

  /** Counts an answer against the tenant's quota. */
  spend({ tenant }: ApiKey, { prompt_tokens, completion_tokens }: Usage): void {
    this.parts.limiter.spend(tenant, prompt_tokens + completion_tokens);
  }

  /** Counts an answer that broke off: as many tokens as pieces came, and the prompt by its length. */
  spendPart({ tenant }: ApiKey, { generate }: ChatRequest, pieces: number): void {
    const characters = generate.messages.reduce((sum, { content }) => sum + content.length, 0);
    this.parts.limiter.spend(tenant, pieces + Math.ceil(characters / CHARACTERS_PER_TOKEN));
  }
}
