import { type ChatMessage, GENERATE_LIMITS, type GenerateRequest } from "../../../runtime/l7/generate.ts";
import { ApiError } from "../api-error.ts";

/** What `POST /v1/chat/completions` asks for. */
export interface ChatRequest {
  readonly model: string;
  readonly stream: boolean;
  /** Whether a stream ends with a chunk that has the usage. */
  readonly includeUsage: boolean;
  readonly generate: GenerateRequest;
}

/** Fields that change the answer in a way no worker here can: refused, unless they say what is done anyway. */
const UNSUPPORTED: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: (value) => value === 1,
  tools: isEmpty,
  functions: isEmpty,
  tool_choice: (value) => value === "none" || value === "auto",
  function_call: (value) => value === "none" || value === "auto",
  response_format: (value) => (value as { type?: unknown }).type === "text",
  logprobs: (value) => value === false,
  top_logprobs: (value) => value === 0,
  logit_bias: isEmpty,
  frequency_penalty: (value) => value === 0,
  presence_penalty: (value) => value === 0,
  audio: () => false,
  modalities: (value) => Array.isArray(value) && value.join() === "text",
};
/** Fields that change nothing here. */
const IGNORED = ["user", "metadata", "store", "service_tier", "parallel_tool_calls", "safety_identifier"] as const;
const KNOWN: ReadonlySet<string> = new Set([
  ...["model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens"],
  ...["temperature", "top_p", "seed", "stop", ...Object.keys(UNSUPPORTED), ...IGNORED],
]);
const ROLES: Readonly<Record<string, ChatMessage["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};

/**
 * Reads the body of a chat request.
 * @throws ApiError 400 with the field in `param`
 */
export function parseChat(body: unknown): ChatRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw invalid("The body is no JSON object.");
  const fields = body as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(fields)) {
    if (!KNOWN.has(name)) throw invalid(`Unrecognized request argument: ${name.slice(0, 64)}.`, name.slice(0, 64));
    if (value !== null && UNSUPPORTED[name]?.(value) === false) throw invalid(`${name} is not supported here.`, name);
  }
  const { model, stream } = fields;
  if (typeof model !== "string" || model.length < 1 || model.length > 64) {
    throw invalid("you must provide a model parameter", "model");
  }
  if (isGiven(stream) && typeof stream !== "boolean") throw invalid("stream: expected true or false.", "stream");
  const max =
    number(fields, "max_completion_tokens", 1, 1 << 20, true) ?? number(fields, "max_tokens", 1, 1 << 20, true);
  const seed = number(fields, "seed", -(2 ** 53), 2 ** 53, true);
  return {
    ...{ model, stream: stream === true, includeUsage: includeUsage(fields.stream_options, stream === true) },
    generate: {
      messages: messagesIn(fields.messages),
      temperature: number(fields, "temperature", 0, 2) ?? 1,
      top_p: number(fields, "top_p", 0, 1) ?? 1,
      stop: stopsIn(fields.stop),
      ...(max !== undefined && { max_tokens: max }),
      // What a worker takes has 32 bits.
      ...(seed !== undefined && { seed: seed >>> 0 }),
    },
  };
}

function messagesIn(messages: unknown): ChatMessage[] {
  const { messages: most, characters } = GENERATE_LIMITS;
  if (!Array.isArray(messages) || messages.length < 1 || messages.length > most) {
    throw invalid(`messages: expected a list of 1 to ${most}.`, "messages");
  }
  const found = messages.map(messageIn);
  const length = found.reduce((sum, { content }) => sum + content.length, 0);
  if (length > characters)
    throw invalid(`messages: ${length} characters; at most ${characters} are taken.`, "messages");
  if (found.at(-1)?.role !== "user") throw invalid("messages: the last one must be the user's.", "messages");
  return found;
}

function messageIn(message: unknown, index: number): ChatMessage {
  const at = `messages[${index}]`;
  const { role, content } = (message ?? {}) as { readonly role?: unknown; readonly content?: unknown };
  const own = typeof role === "string" && Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
  if (!own) throw invalid(`${at}.role: expected system, developer, user or assistant.`, `${at}.role`);
  const text = Array.isArray(content)
    ? content.map((part, i) => textOf(part, `${at}.content[${i}]`)).join("")
    : content;
  if (typeof text !== "string") throw invalid(`${at}.content: expected text.`, `${at}.content`);
  if (!text.isWellFormed()) throw invalid(`${at}.content: not well-formed Unicode.`, `${at}.content`);
  return { role: own, content: text };
}

function textOf(part: unknown, at: string): string {
  const { type, text } = (part ?? {}) as { readonly type?: unknown; readonly text?: unknown };
  if (type === "text" && typeof text === "string") return text;
  throw invalid(`${at}: only parts of type text are taken.`, at);
}

function stopsIn(stop: unknown): string[] {
  if (!isGiven(stop)) return [];
  const { stops, stop: longest } = GENERATE_LIMITS;
  const found = (Array.isArray(stop) ? stop : [stop]) as unknown[];
  const good = found.every((one) => typeof one === "string" && one.length >= 1 && one.length <= longest);
  if (good && found.length <= stops) return found as string[];
  throw invalid(`stop: expected at most ${stops} texts of 1 to ${longest} characters.`, "stop");
}

function includeUsage(options: unknown, stream: boolean): boolean {
  if (!isGiven(options)) return false;
  if (!stream) throw invalid("stream_options is only allowed with stream.", "stream_options");
  const { include_usage = false } = options as { readonly include_usage?: unknown };
  if (typeof include_usage === "boolean") return include_usage;
  throw invalid("stream_options.include_usage: expected true or false.", "stream_options.include_usage");
}

function number(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  min: number,
  max: number,
  whole = false,
): number | undefined {
  const value = fields[name];
  if (!isGiven(value)) return undefined;
  if (typeof value === "number" && value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw invalid(`${name}: expected ${whole ? "a whole number" : "a number"} from ${min} to ${max}.`, name);
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

const invalid = (message: string, param: string | null = null): ApiError =>
  new ApiError(400, "invalid_request", message, param);
