import type { FinishReason, Usage } from "../../../runtime/l7/generate.ts";
import { ApiError } from "../api-error.ts";
import type { ApiKey } from "../key-ring.ts";
import { WorkerError } from "../workers/worker-error.ts";
import type { Started } from "../workers/worker-pool.ts";
import type { Chat } from "./chat.ts";
import type { ChatRequest } from "./chat-request.ts";

/** One answer under way. */
export interface UnderWay {
  readonly caller: ApiKey;
  readonly asked: ChatRequest;
  readonly started: Started;
  /** Aborts when the client goes away. */
  readonly gone: AbortSignal;
}

/** An answer at its end. */
export interface Collected {
  readonly text: string;
  readonly finish_reason: FinishReason;
  readonly usage: Usage;
}

/**
 * Reads an answer to its end and counts it against the tenant's quota.
 * @throws ApiError 502 when it broke off; what `gone` aborts with
 */
export async function collect(chat: Chat, { caller, asked, started, gone }: UnderWay): Promise<Collected> {
  const texts: string[] = [];
  try {
    for await (const event of started.events) {
      if ("delta" in event) texts.push(event.delta);
      if (!("done" in event)) continue;
      const { finish_reason, usage } = event.done;
      chat.spend(caller, usage);
      return { text: texts.join(""), finish_reason, usage };
    }
    throw new WorkerError("down", 502, "worker_failed", "the answer has no end");
  } catch (error) {
    chat.spendPart(caller, asked, texts.length);
    if (gone.aborted) throw gone.reason;
    if (!(error instanceof WorkerError)) throw error;
    throw brokenOff(error);
  }
}

/** What is told of an answer that broke off. */
export function brokenOff(cause: unknown): ApiError {
  const error = new ApiError(502, "worker_failed", "The answer broke off. Ask again.");
  error.cause = cause;
  return error;
}
