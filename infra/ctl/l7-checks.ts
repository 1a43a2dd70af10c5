import { askL7, type L7Client, L7Failure } from "./l7-client.ts";
import { jsonIn } from "./reason.ts";

/** How one question to the L7 API went. */
export interface L7Check {
  readonly check: "models" | "chat" | "stream" | "embedding";
  readonly ok: boolean;
  /** Milliseconds from the question to the end of the answer, TLS included; absent where it was not asked. */
  readonly ms?: number;
  /** Milliseconds to the first token of a stream. */
  readonly firstTokenMs?: number;
  /** The model that answered. */
  readonly model?: string;
  readonly promptTokens?: number;
  readonly answerTokens?: number;
  /** What came, or why it is no good. */
  readonly detail: string;
}

type Found = Omit<L7Check, "check" | "ok" | "ms">;

const PROMPT = "Say hello.";
const MOST_TOKENS = 16;
const EMBEDDED = "a failed login from an unknown address";
const EMBEDDING_MODEL = "l7-encoder";

/**
 * Asks for the models, one answer, one streamed answer and one embedding, one after the other.
 * @param model the one to ask; the first that is offered where absent
 */
export async function checkL7(client: L7Client, model?: string): Promise<readonly L7Check[]> {
  const offered: string[] = [];
  const models = await timed("models", async () => {
    offered.push(...modelsIn(await askL7(client, "/v1/models")));
    if (offered.length === 0) throw new L7Failure("no model is loaded", 200);
    return { detail: offered.join(", ") };
  });
  if (models.away) return [models.result, ...(["chat", "stream", "embedding"] as const).map(notAsked)];
  const chosen = model ?? offered[0];
  const chats =
    chosen === undefined
      ? (["chat", "stream"] as const).map(notAsked)
      : [
          (await timed("chat", () => chat(client, chosen))).result,
          (await timed("stream", () => stream(client, chosen))).result,
        ];
  return [models.result, ...chats, (await timed("embedding", () => embedding(client))).result];
}

const notAsked = (check: L7Check["check"]): L7Check => ({ check, ok: false, detail: "not asked" });

async function timed(check: L7Check["check"], ask: () => Promise<Found>) {
  const begun = performance.now();
  const ms = (): number => Math.round(performance.now() - begun);
  try {
    const found = await ask();
    return { result: { check, ok: true, ms: ms(), ...found }, away: false };
  } catch (error) {
    if (!(error instanceof L7Failure)) throw error;
    return { result: { check, ok: false, ms: ms(), detail: error.message }, away: error.status === undefined };
  }
}

function modelsIn(body: string): string[] {
  const { data } = objectIn(body) as { data?: unknown };
  if (!Array.isArray(data)) throw new L7Failure("the answer is no list of models", 200);
  return data.flatMap(({ id }: { id?: unknown }) => (typeof id === "string" ? id : []));
}

const question = (model: string) => ({
  ...{ model, max_tokens: MOST_TOKENS, temperature: 0 },
  messages: [{ role: "user", content: PROMPT }],
});

interface ChatAnswer {
  readonly model?: unknown;
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown } | null;
  readonly choices?: readonly {
    readonly message?: { readonly content?: unknown };
    readonly delta?: { readonly content?: unknown };
    readonly finish_reason?: unknown;
  }[];
  readonly error?: { readonly message?: unknown };
}

async function chat(client: L7Client, model: string): Promise<Found> {
  const answer: ChatAnswer = objectIn(await askL7(client, "/v1/chat/completions", question(model)));
  const [choice] = answer.choices ?? [];
  if (typeof choice?.message?.content !== "string") throw new L7Failure("the answer has no text", 200);
  return { ...told(answer), detail: `ended with ${String(choice.finish_reason)}` };
}

async function stream(client: L7Client, model: string): Promise<Found> {
  const begun = performance.now();
  let firstTokenMs: number | undefined;
  const asked = { ...question(model), stream: true, stream_options: { include_usage: true } };
  const body = await askL7(client, "/v1/chat/completions", asked, (part) => {
    if (part.includes('"content"')) firstTokenMs ??= Math.round(performance.now() - begun);
  });
  const lines = body.split("\n").flatMap((line) => (line.startsWith("data: ") ? line.slice(6).trim() : []));
  const parts = lines.filter((line) => line !== "[DONE]").map((line): ChatAnswer => objectIn(line));
  const broken = parts.find(({ error }) => error !== undefined)?.error;
  if (broken !== undefined) throw new L7Failure(`the stream broke off: ${String(broken.message)}`.slice(0, 300), 200);
  if (lines.at(-1) !== "[DONE]") throw new L7Failure("the stream has no end", 200);
  const pieces = parts.filter(({ choices }) => typeof choices?.[0]?.delta?.content === "string").length;
  if (pieces === 0) throw new L7Failure("the stream has no text", 200);
  const usage = parts.find((part) => part.usage);
  return {
    ...told({ ...parts[0], ...(usage?.usage && { usage: usage.usage }) }),
    ...(firstTokenMs !== undefined && { firstTokenMs }),
    detail: `${pieces} pieces`,
  };
}

async function embedding(client: L7Client): Promise<Found> {
  const answer = objectIn(await askL7(client, "/v1/embeddings", { model: EMBEDDING_MODEL, input: EMBEDDED }));
  const { data } = answer as { data?: readonly { readonly embedding?: unknown }[] };
  const vector = data?.[0]?.embedding;
  if (!Array.isArray(vector) || vector.length === 0 || !vector.every((one) => Number.isFinite(one)))
    throw new L7Failure("the answer has no vector", 200);
  return { ...told(answer), detail: `${vector.length} dimensions` };
}

/** Model and tokens, as far as an answer tells them. */
function told({ model, usage }: ChatAnswer): Pick<L7Check, "model" | "promptTokens" | "answerTokens"> {
  const { prompt_tokens: promptTokens, completion_tokens: answerTokens } = usage ?? {};
  return {
    ...(typeof model === "string" && { model }),
    ...(typeof promptTokens === "number" && { promptTokens }),
    ...(typeof answerTokens === "number" && { answerTokens }),
  };
}

function objectIn(text: string): object {
  const value = jsonIn(text);
  if (typeof value === "object" && value !== null) return value;
  throw new L7Failure("the answer is no JSON object", 200);
}
