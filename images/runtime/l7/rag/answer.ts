import type { ModelIdentity } from "../../models/manifest.ts";

/** Part of a document: where it stands, and what it says. */
export interface Passage {
  readonly document_id: string;
  readonly title: string;
  readonly source: string;
  /** Number of the chunk within its document, from 0 on. */
  readonly chunk: number;
  /** Where it begins and ends in the document's text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Cosine of query and passage. */
  readonly score: number;
  readonly text: string;
}

/** A document in the list. */
export interface ListedDocument {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly chunks: number;
  readonly characters: number;
  readonly ingested_at: string;
  /** The model that made its vectors. */
  readonly model: string;
}

/** Answers of the RAG engine by question. Payload, as JSON, of L7_SERVICE_RESP; `tenant_id` is added. */
export interface RagAnswers {
  readonly embed:
    | {
        readonly result: "vectors";
        readonly model: ModelIdentity;
        /** Base64 of 384 numbers of 32 bits, little-endian, at length 1. */
        readonly vectors: readonly string[];
        readonly tokens: number;
      }
    /** A text that the model does not take whole. */
    | { readonly result: "too_long"; readonly index: number; readonly tokens: number; readonly most: number };
  readonly ingest:
    | {
        readonly result: "stored";
        readonly id: string;
        readonly chunks: number;
        readonly tokens: number;
        /** Whether it was there with the same text, title and source. */
        readonly unchanged: boolean;
        readonly replaced: boolean;
      }
    | { readonly result: "too_many_chunks"; readonly most: number }
    | { readonly result: "knowledge_base_full"; readonly most: number };
  readonly list: { readonly documents: readonly ListedDocument[]; readonly next: string | null };
  readonly delete: { readonly id: string; readonly deleted: boolean };
  readonly query: { readonly passages: readonly Passage[]; readonly model: ModelIdentity; readonly tokens: number };
}
