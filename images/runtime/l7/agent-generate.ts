import { type ChatMessage, type FinishReason, GENERATE_LIMITS, type Usage } from "./generate.ts";

/** Where a message's text is from, as the check of prompts counts it. */
export type TextOrigin = "user" | "document" | "tool";

/** A message of an agent; one of the role user says where its text is from. */
export interface AgentMessage extends ChatMessage {
  readonly origin?: TextOrigin;
}

/** What the agent runtime asks the L7 router: an answer of the language model. Payload of L7_SERVICE_REQ, as JSON. */
export interface GenerateQuestion {
  readonly generate: { readonly messages: readonly AgentMessage[]; readonly max_tokens: number };
}

/** The router's answer. Payload of L7_SERVICE_RESP, as JSON; `tenant_id` is added. */
export type GenerateAnswer =
  | {
      readonly result: "text";
      readonly model: string;
      readonly text: string;
      readonly finish_reason: FinishReason;
      readonly usage: Usage;
    }
  /** `code` is one of the API's (docs/l7.md): `rate_limit_exceeded`, `prompt_injection`, `no_worker` … */
  | { readonly result: "refused"; readonly code: string; readonly message: string };

/** Longest question, bytes, and most tokens of an answer. */
export const AGENT_GENERATE_LIMITS = { bytes: 128 * 1024, messages: 32, characters: 48 * 1024, tokens: 512 } as const;

const ORIGINS: readonly unknown[] = ["user", "document", "tool"] satisfies TextOrigin[];

/**
 * Reads a question that came over the bus.
 * @throws Error naming the field that is not valid
 */
export function parseGenerateQuestion(body: unknown): GenerateQuestion {
  const { messages, max_tokens } = ((body as { readonly generate?: unknown } | null)?.generate ?? {}) as {
    readonly messages?: unknown;
    readonly max_tokens?: unknown;
  };
  const { messages: most, characters, tokens } = AGENT_GENERATE_LIMITS;
  if (!Array.isArray(messages) || messages.length < 1 || messages.length > Math.min(most, GENERATE_LIMITS.messages)) {
    throw new Error(`generate.messages: expected a list of 1 to ${most}`);
  }
  const found = messages.map(messageIn);
  if (found.at(-1)?.role !== "user") throw new Error("generate.messages: the last one must be the user's");
  const length = found.reduce((sum, { content }) => sum + content.length, 0);
  if (length > characters) throw new Error(`generate.messages: more than ${characters} characters`);
  if (!Number.isInteger(max_tokens) || (max_tokens as number) < 1 || (max_tokens as number) > tokens) {
    throw new Error(`generate.max_tokens: expected 1 to ${tokens}`);
  }
  return { generate: { messages: found, max_tokens: max_tokens as number } };
}

function messageIn(message: Partial<AgentMessage> | null, index: number): AgentMessage {
  const { role, content, origin } = message ?? {};
  const at = `generate.messages[${index}]`;
  // Nothing checks what a model is told as system or assistant: the agent's own instruction alone.
  if (role !== "user" && (role !== "system" || index > 0))
    throw new Error(`${at}.role: expected user, or system first`);
  if (typeof content !== "string" || !content.isWellFormed()) throw new Error(`${at}.content: expected text`);
  if (role !== "user") return { role, content };
  if (!ORIGINS.includes(origin)) throw new Error(`${at}.origin: expected user, document or tool`);
  return { role, content, origin: origin as TextOrigin };
}
