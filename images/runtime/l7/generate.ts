/** Where a worker takes requests. */
export const GENERATE_PATH = "/v1/generate";
/** Header with the claim of a request: who asks, for which tenant, for exactly this body. */
export const CLAIM_HEADER = "x-l7-claim-token";
/** Header with the tenant of a request, upper case. */
export const TENANT_HEADER = "x-tenant-id";
/** Header with 16 random bytes in hex: a claim is good for one request. */
export const REQUEST_ID_HEADER = "x-request-id";

/** Bounds of a request. */
export const GENERATE_LIMITS = {
  bytes: 256 * 1024,
  messages: 256,
  characters: 128 * 1024,
  stops: 4,
  stop: 64,
} as const;

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What a worker is asked for. */
export interface GenerateRequest {
  readonly messages: readonly ChatMessage[];
  /** Most tokens of the answer; without it, what the context leaves. */
  readonly max_tokens?: number;
  readonly temperature: number;
  readonly top_p: number;
  readonly seed?: number;
  readonly stop: readonly string[];
}

/** Tokens of a request. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

/** Why an answer ended. */
export type FinishReason = "stop" | "length";

/** One event of a worker's answer, the JSON of a `data:` line. The last one is `done` or `error`. */
export type GenerateEvent =
  | { readonly delta: string }
  | { readonly done: { readonly finish_reason: FinishReason; readonly usage: Usage } }
  | { readonly error: { readonly code: string; readonly message: string } };

/** How a worker stands: `GET /v1/status`. */
export interface WorkerStatus {
  readonly device_id: number;
  /** Null while none is loaded. */
  readonly model: { readonly id: string; readonly version: string; readonly context: number } | null;
  readonly running: number;
  readonly waiting: number;
}

/**
 * Reads a request.
 * @throws Error naming the field that is wrong
 */
export function parseGenerate(text: string): GenerateRequest {
  const body = JSON.parse(text) as Partial<Record<keyof GenerateRequest, unknown>> | null;
  if (typeof body !== "object" || body === null) throw new Error("the body is no object");
  const { messages, max_tokens, temperature, top_p, seed, stop } = body;
  within("max_tokens", max_tokens, 1, 1 << 20, true);
  within("seed", seed, 0, 2 ** 32 - 1, true);
  if (!isNumber(temperature, 0, 2)) throw new Error("temperature: expected 0 to 2");
  if (!isNumber(top_p, 0, 1)) throw new Error("top_p: expected 0 to 1");
  if (!Array.isArray(stop) || stop.length > GENERATE_LIMITS.stops || !stop.every(isStop)) {
    throw new Error(`stop: expected at most ${GENERATE_LIMITS.stops} texts of 1 to ${GENERATE_LIMITS.stop} characters`);
  }
  return {
    ...{ messages: messagesIn(messages), temperature, top_p, stop: stop as string[] },
    ...(max_tokens !== undefined && { max_tokens: max_tokens as number }),
    ...(seed !== undefined && { seed: seed as number }),
  };
}

function messagesIn(messages: unknown): ChatMessage[] {
  if (!Array.isArray(messages) || messages.length < 1 || messages.length > GENERATE_LIMITS.messages) {
    throw new Error(`messages: expected 1 to ${GENERATE_LIMITS.messages}`);
  }
  let characters = 0;
  return messages.map((message: Partial<ChatMessage> | null, index) => {
    const { role, content } = message ?? {};
    if (role !== "system" && role !== "user" && role !== "assistant") {
      throw new Error(`messages[${index}].role: expected system, user or assistant`);
    }
    if (typeof content !== "string") throw new Error(`messages[${index}].content: expected text`);
    characters += content.length;
    if (characters > GENERATE_LIMITS.characters) throw new Error("messages: too long in all");
    return { role, content };
  });
}

const isNumber = (value: unknown, min: number, max: number): value is number =>
  typeof value === "number" && value >= min && value <= max;

const isStop = (value: unknown): boolean =>
  typeof value === "string" && value.length >= 1 && value.length <= GENERATE_LIMITS.stop;

function within(name: string, value: unknown, min: number, max: number, optional: boolean): void {
  if (value === undefined && optional) return;
  if (!Number.isInteger(value) || !isNumber(value, min, max)) throw new Error(`${name}: expected ${min} to ${max}`);
}
