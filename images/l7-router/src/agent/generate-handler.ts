import { questionHandler } from "../../../runtime/bus/question-handler.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Handler } from "../../../runtime/dbe/local/inbox.ts";
import { DEVICES } from "../../../runtime/devices.ts";
import {
  AGENT_GENERATE_LIMITS,
  type GenerateAnswer,
  type GenerateQuestion,
  parseGenerateQuestion,
} from "../../../runtime/l7/agent-generate.ts";
import type { Log } from "../../../runtime/log.ts";
import type { Metrics } from "../../../runtime/metrics.ts";
import { ApiError } from "../api-error.ts";
import type { Chat } from "../chat/chat.ts";
import type { ChatRequest } from "../chat/chat-request.ts";
import { collect } from "../chat/collect.ts";
import type { PromptGate } from "../chat/prompt-gate.ts";
import type { ApiKey } from "../key-ring.ts";

export interface GenerateHandlerParts {
  readonly chat: Chat;
  readonly prompts: PromptGate;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Name that stands in claims and log lines for what agents ask. */
const NAME = "agent";
/** Questions of one tenant at a time: an agent asks one after the other, and a tenant has few. */
const EACH = 3;
/** Least surprising answers: an agent's steps should be the same twice, as far as a model can. */
const SAMPLING = { temperature: 0, top_p: 1, stop: [] } as const;

/**
 * Answers an agent's question to the language model as a chat of the tenant whose folder it has: limits, check of the
 * prompt by where each text is from, workers, quota. The agent needs no key for it.
 */
export function generateHandler({ chat, prompts, metrics, log }: GenerateHandlerParts): Handler {
  const open = new Map<string, number>();
  return questionHandler<GenerateQuestion>({
    ...{ askers: [DEVICES.agents], answerType: TYPES.L7_SERVICE_RESP, maxBytes: AGENT_GENERATE_LIMITS.bytes },
    ...{ parse: parseGenerateQuestion, counted: "L7_AGENT_GENERATE", metrics, log },
    answer: async (question, { tenant }, signal) => {
      const own = open.get(tenant) ?? 0;
      if (own >= EACH) throw new DbeError("OVERLOADED", `${own} questions of ${tenant}'s agents are under way`);
      open.set(tenant, own + 1);
      try {
        return await answered({ chat, prompts }, { tenant, name: NAME }, question, signal);
      } finally {
        const rest = (open.get(tenant) ?? 1) - 1;
        if (rest > 0) open.set(tenant, rest);
        else open.delete(tenant);
      }
    },
  });
}

/** A refusal of the API is an answer: the agent tells it. */
async function answered(
  parts: Pick<GenerateHandlerParts, "chat" | "prompts">,
  caller: ApiKey,
  question: GenerateQuestion,
  signal: AbortSignal,
): Promise<GenerateAnswer> {
  try {
    return await generated(parts, caller, question, signal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { result: "refused", code: error.code, message: error.message };
  }
}

async function generated(
  { chat, prompts }: Pick<GenerateHandlerParts, "chat" | "prompts">,
  caller: ApiKey,
  { generate: { messages, max_tokens } }: GenerateQuestion,
  gone: AbortSignal,
): Promise<GenerateAnswer> {
  chat.admit(caller);
  const [model] = chat.models;
  if (model === undefined) throw new ApiError(503, "no_worker", "No worker has a model now.");
  // What the user wrote is checked with all the rest, as one text, when the chat starts.
  for (const origin of ["document", "tool"] as const) {
    const text = messages.flatMap((one) => (one.origin === origin ? [one.content] : [])).join("\n\n");
    if (text === "" || (await prompts.allows(caller, text, origin))) continue;
    throw new ApiError(400, "prompt_injection", `Prompt injection pattern detected in a text of a ${origin}`);
  }
  const plain = messages.map(({ role, content }) => ({ role, content }));
  const asked: ChatRequest = {
    ...{ model, stream: false, includeUsage: false },
    generate: { messages: plain, max_tokens, ...SAMPLING },
  };
  const started = await chat.start(caller, asked, gone);
  return { result: "text", model: started.model, ...(await collect(chat, { caller, asked, started, gone })) };
}
