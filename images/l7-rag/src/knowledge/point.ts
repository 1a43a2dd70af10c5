import type { ListedDocument, Passage } from "../../../runtime/l7/rag/answer.ts";
import { nameUuid } from "../../../runtime/name-uuid.ts";

/** What stands beside a chunk's vector. */
export interface ChunkPayload {
  /** Upper-case id of whose it is. */
  readonly tenant_id: string;
  readonly document_id: string;
  readonly title: string;
  readonly source: string;
  /** Digest of title, source and text: tells the parts of one version of a document from those of another. */
  readonly revision: string;
  /** Name and version of the model that made the vector: those of another cannot be compared. */
  readonly model: string;
  readonly chunk: number;
  readonly chunks: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly characters: number;
  readonly ingested_at: string;
}

/** Id of a chunk: the same for the same part of the same document, so laying it again replaces it. */
export const pointId = (tenant: string, document: string, chunk: number): string =>
  nameUuid(`rag\n${tenant}\n${document}\n${chunk}`);

/** A payload as a passage that answers a query. */
export const passageOf = (payload: ChunkPayload, score: number): Passage => ({
  ...{ document_id: payload.document_id, title: payload.title, source: payload.source, chunk: payload.chunk },
  ...{ start: payload.start, end: payload.end, score: Math.round(score * 10_000) / 10_000, text: payload.text },
});

/** The payload of a document's first chunk as an entry of the list. */
export const listed = (payload: ChunkPayload): ListedDocument => ({
  ...{ id: payload.document_id, title: payload.title, source: payload.source, chunks: payload.chunks },
  ...{ characters: payload.characters, ingested_at: payload.ingested_at, model: payload.model },
});
