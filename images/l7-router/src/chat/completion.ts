import { randomBytes } from "node:crypto";
import type { FinishReason, Usage } from "../../../runtime/l7/generate.ts";

/** The objects of the OpenAI API that one answer is told in. */
export class Completion {
  private readonly id = `chatcmpl-${randomBytes(16).toString("hex")}`;
  private readonly created = Math.floor(Date.now() / 1000);
  private readonly model: string;
  private readonly includeUsage: boolean;

  /** @param model id of the model that answers */
  constructor(model: string, includeUsage = false) {
    this.model = model;
    this.includeUsage = includeUsage;
  }

  /** The whole answer. */
  whole(content: string, finish_reason: FinishReason, usage: Usage): object {
    const message = { role: "assistant", content, refusal: null };
    const choices = [{ index: 0, message, logprobs: null, finish_reason }];
    return { ...this.head("chat.completion"), choices, usage: totalled(usage) };
  }

  /** One piece of a stream. */
  chunk(delta: object, finish_reason: FinishReason | null = null): object {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason }];
    return { ...this.head("chat.completion.chunk"), choices, ...(this.includeUsage && { usage: null }) };
  }

  /** The chunk after the last, which has the usage alone. */
  usage(usage: Usage): object {
    return { ...this.head("chat.completion.chunk"), choices: [], usage: totalled(usage) };
  }

  private head(object: string): object {
    return { id: this.id, object, created: this.created, model: this.model, system_fingerprint: null };
  }
}

function totalled(usage: Usage): object {
  return { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens };
}
