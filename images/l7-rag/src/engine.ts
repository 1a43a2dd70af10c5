import { createHash } from "node:crypto";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import type { RagAnswers } from "../../runtime/l7/rag/answer.ts";
import { RAG_LIMITS } from "../../runtime/l7/rag/limits.ts";
import type { RagDocument, RagQuestion, RagSearch } from "../../runtime/l7/rag/question.ts";
import { type EncoderSlot, identityText } from "./encoder/encoder-slot.ts";
import { chunksOf } from "./knowledge/chunks.ts";
import type { KnowledgeBase, StoredChunk } from "./knowledge/knowledge-base.ts";
import type { RagMetrics } from "./rag-metrics.ts";
import { Writers } from "./writers.ts";

export interface RagEngineParts {
  readonly encoder: EncoderSlot;
  readonly knowledge: KnowledgeBase;
  /** Most chunks of the tenant. */
  readonly maxChunks: number;
  readonly metrics: Pick<RagMetrics, "encoded">;
}

type Answer = RagAnswers[keyof RagAnswers];

/** Answers the questions to device 50. Documents are laid and removed one after the other. */
export class RagEngine {
  private readonly parts: RagEngineParts;
  private readonly writers = new Writers();

  constructor(parts: RagEngineParts) {
    this.parts = parts;
  }

  /** @throws DbeError OVERLOADED, DESTINATION_UNAVAILABLE, INTERNAL; what `signal` aborts with */
  async answer(question: RagQuestion, signal: AbortSignal): Promise<Answer> {
    const { knowledge } = this.parts;
    if (question.op === "embed") return this.embed(question.texts, signal);
    if (question.op === "query") return this.query(question, signal);
    if (question.op === "list") return knowledge.list(question, signal);
    if (question.op === "delete") return this.writers.take(() => this.remove(question.id, signal), signal);
    return this.writers.take(() => this.ingest(question, signal), signal);
  }

  private async embed(texts: readonly string[], signal: AbortSignal): Promise<RagAnswers["embed"]> {
    const { maxTokens, pieces, name, version } = this.parts.encoder.model;
    const all = texts.map((text) => pieces.ids(text));
    const index = all.findIndex((ids) => ids.length > maxTokens);
    if (index >= 0) return { result: "too_long", index, tokens: all[index]?.length ?? 0, most: maxTokens };
    const vectors: string[] = [];
    for (const ids of all) vectors.push(base64(await this.encode(ids, signal)));
    const tokens = all.reduce((sum, ids) => sum + ids.length, 0);
    return { result: "vectors", model: { name, version }, vectors, tokens };
  }

  private async query({ query, limit, min_score }: RagSearch, signal: AbortSignal): Promise<RagAnswers["query"]> {
    const { encoder, knowledge } = this.parts;
    const { maxTokens, pieces, ...model } = encoder.model;
    // What is longer than the model reads is looked for by its beginning.
    const ids = [...pieces.ids(query)];
    if (ids.length > maxTokens) ids.splice(maxTokens - 1, ids.length - maxTokens);
    const vector = await this.encode(ids, signal);
    const passages = await knowledge.search({ vector, model: identityText(model), limit, min_score }, signal);
    return { passages, model, tokens: ids.length };
  }

  private async ingest(document: RagDocument, signal: AbortSignal): Promise<RagAnswers["ingest"]> {
    const { encoder, knowledge, maxChunks } = this.parts;
    const { id } = document;
    const { pieces, ...model } = encoder.model;
    const chunks = chunksOf(document.text, (word) => pieces.count(word));
    if (chunks.length > RAG_LIMITS.chunks) return { result: "too_many_chunks", most: RAG_LIMITS.chunks };
    const revision = revisionOf(document, identityText(model));
    const before = await knowledge.count({ document_id: id }, signal);
    const stored = { result: "stored", id, chunks: chunks.length } as const;
    if (before === chunks.length && (await knowledge.count({ document_id: id, revision }, signal)) === before) {
      return { ...stored, tokens: 0, unchanged: true, replaced: false };
    }
    const others = (await knowledge.count({}, signal)) - before;
    if (others + chunks.length > maxChunks) return { result: "knowledge_base_full", most: maxChunks };
    const common = { ...commonOf(document, chunks.length), revision, model: identityText(model) };
    const made: StoredChunk[] = [];
    let tokens = 0;
    for (const [chunk, { start, end, text }] of chunks.entries()) {
      const ids = pieces.ids(text);
      const payload = { ...common, tenant_id: knowledge.tenant, chunk, start, end, text };
      made.push({ vector: await this.encode(ids, signal), payload });
      tokens += ids.length;
    }
    // Only now: what is there stays whole until all that replaces it is computed.
    await knowledge.put(made, signal);
    await knowledge.remove(id, revision, signal);
    return { ...stored, tokens, unchanged: false, replaced: before > 0 };
  }

  private async remove(id: string, signal: AbortSignal): Promise<RagAnswers["delete"]> {
    const { knowledge } = this.parts;
    const deleted = (await knowledge.count({ document_id: id }, signal)) > 0;
    if (deleted) await knowledge.remove(id, undefined, signal);
    return { id, deleted };
  }

  private async encode(ids: readonly number[], signal: AbortSignal): Promise<Float32Array> {
    const { encoder, metrics } = this.parts;
    const { vector, seconds } = await encoder.encode(ids, signal).catch((error: unknown) => {
      if (error instanceof DbeError || signal.aborted) throw error;
      throw new DbeError("INTERNAL", `the encoder failed: ${(error as Error).message}`, { cause: error });
    });
    metrics.encoded(ids.length, seconds);
    return vector;
  }
}

const commonOf = ({ id, title, source, text }: RagDocument, chunks: number) => ({
  ...{ document_id: id, title, source, chunks, characters: text.length, ingested_at: new Date().toISOString() },
});

function revisionOf({ title, source, text }: RagDocument, model: string): string {
  return createHash("sha256")
    .update(JSON.stringify([title, source, text, model]))
    .digest("hex");
}

function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, 4 * at);
  return bytes.toString("base64");
}
