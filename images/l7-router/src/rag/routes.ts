import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { RAG_LIMITS } from "../../../runtime/l7/rag/limits.ts";
import { parseDocument, parseDocumentId, parsePage } from "../../../runtime/l7/rag/question.ts";
import { ApiError } from "../api-error.ts";
import type { Chat } from "../chat/chat.ts";
import type { PromptGate } from "../chat/prompt-gate.ts";
import type { ApiKey } from "../key-ring.ts";
import { checked } from "./checked.ts";
import { embeddings } from "./embeddings.ts";
import { groundedAnswer } from "./grounded-answer.ts";
import type { RagClient } from "./rag-client.ts";
import { parseRagQuery } from "./rag-query.ts";

export interface RagRoutesParts {
  readonly rag: RagClient;
  readonly chat: Chat;
  readonly prompts: PromptGate;
  /** Who sent a request, as the API's key check found it. */
  readonly callerOf: (request: FastifyRequest) => ApiKey;
}

/** Characters a token has at least, about. */
const CHARACTERS_PER_TOKEN = 4;
/** Largest body of a query, bytes. */
const QUERY_BYTES = 16 * 1024;

/** `POST /v1/embeddings` and what is below `/v1/rag/`. Each request counts against its tenant's limits. */
export function addRagRoutes(app: FastifyInstance, parts: RagRoutesParts): void {
  const { rag, chat, callerOf } = parts;
  // Before the body is read, as with chats.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.headers(chat.admit(callerOf(request)));
  };
  const large = { bodyLimit: RAG_LIMITS.bytes, onRequest };
  app.post("/v1/embeddings", large, (request) =>
    counted(parts, request, async (caller) => {
      const { body, tokens } = await embeddings(rag, caller, request.body);
      return { answer: body, tokens };
    }),
  );
  app.post("/v1/rag/documents", large, (request) =>
    counted(parts, request, async (caller) => {
      const answer = await ingested(rag, caller, request.body);
      return { answer, tokens: answer.tokens };
    }),
  );
  app.get("/v1/rag/documents", { onRequest }, (request) =>
    rag.ask(callerOf(request), { op: "list", ...checked(() => parsePage(pageOf(request.query))) }),
  );
  app.delete<{ Params: { id: string } }>("/v1/rag/documents/:id", { onRequest }, async (request) => {
    const id = checked(() => parseDocumentId(request.params.id));
    const answer = await rag.ask(callerOf(request), { op: "delete", id });
    if (answer.deleted) return answer;
    throw new ApiError(404, "document_not_found", "The tenant has no such document.", "id");
  });
  app.post("/v1/rag/query", { bodyLimit: QUERY_BYTES, onRequest }, (request, reply) => query(parts, request, reply));
}

/** Answers, and counts the tokens against the tenant's quota: where an answer came too late, by the length of the question. */
async function counted<T>(
  { chat, callerOf }: RagRoutesParts,
  request: FastifyRequest,
  work: (caller: ApiKey) => Promise<{ readonly answer: T; readonly tokens: number }>,
): Promise<T> {
  const caller = callerOf(request);
  const spend = (prompt_tokens: number) => chat.spend(caller, { prompt_tokens, completion_tokens: 0 });
  try {
    const { answer, tokens } = await work(caller);
    spend(tokens);
    return answer;
  } catch (error) {
    const length = Number(request.headers["content-length"] ?? 0);
    if (error instanceof ApiError && error.status === 504) spend(Math.ceil(length / CHARACTERS_PER_TOKEN));
    throw error;
  }
}

async function ingested(rag: RagClient, caller: ApiKey, body: unknown) {
  const answer = await rag.ask(caller, { op: "ingest", ...checked(() => parseDocument(body)) });
  if (answer.result === "too_many_chunks") {
    const message = `The document has more than ${answer.most} chunks; lay it in parts.`;
    throw new ApiError(400, "document_too_large", message, "text");
  }
  if (answer.result === "knowledge_base_full") {
    const message = `The tenant's knowledge base has room for ${answer.most} chunks; remove documents first.`;
    throw new ApiError(409, "knowledge_base_full", message);
  }
  return answer;
}

async function query(parts: RagRoutesParts, request: FastifyRequest, reply: FastifyReply): Promise<object> {
  const caller = parts.callerOf(request);
  const asked = parseRagQuery(request.body);
  const away = new AbortController();
  reply.raw.once("close", () => away.abort(new ApiError(499, "client_closed", "The client went away.")));
  const { tenant_id, passages, tokens } = await parts.rag.ask(caller, { op: "query", ...asked.search });
  parts.chat.spend(caller, { prompt_tokens: tokens, completion_tokens: 0 });
  const found = { tenant_id, passages };
  if (passages.length === 0) return { ...found, result: "insufficient_evidence", answer: null, left_out: [] };
  if (!asked.answer) return { ...found, result: "passages" };
  return { ...found, ...(await groundedAnswer(parts, caller, asked, { passages, gone: away.signal })) };
}

/** Numbers of a query string, as numbers. */
function pageOf(query: unknown): unknown {
  const { limit, ...rest } = (query ?? {}) as Readonly<Record<string, unknown>>;
  return limit === undefined
    ? rest
    : { ...rest, limit: typeof limit === "string" && limit !== "" ? Number(limit) : limit };
}
