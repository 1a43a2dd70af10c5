import { EnrichmentError, objectOf } from "../../soc/enrichment.ts";
import { RAG_LIMITS } from "./limits.ts";

/** A document as it is laid into a tenant's knowledge base. */
export interface RagDocument {
  /** The tenant's own name for it; the same name again replaces it. */
  readonly id: string;
  readonly title: string;
  /** Where it is from, for people; may be empty. */
  readonly source: string;
  readonly text: string;
}

/** What is looked for. */
export interface RagSearch {
  readonly query: string;
  readonly limit: number;
  /** Least cosine of query and passage, 0 to 1. */
  readonly min_score: number;
}

/** A page of the list of documents. */
export interface RagPage {
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** A question to the RAG engine. Payload, as JSON, of L7_SERVICE_REQ to device 50. */
export type RagQuestion =
  | { readonly op: "embed"; readonly texts: readonly string[] }
  | ({ readonly op: "ingest" } & RagDocument)
  | ({ readonly op: "list" } & RagPage)
  | { readonly op: "delete"; readonly id: string }
  | ({ readonly op: "query" } & RagSearch);

export const DOCUMENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DEFAULTS = { limit: 5, min_score: 0.3, page: 50 } as const;

const PARSERS: Readonly<Record<string, (body: Readonly<Record<string, unknown>>) => RagQuestion>> = {
  embed: ({ texts, ...rest }) => {
    objectOf(rest, [], null);
    return { op: "embed", texts: parseTexts(texts, "texts") };
  },
  ingest: (body) => ({ op: "ingest", ...parseDocument(body) }),
  list: (body) => ({ op: "list", ...parsePage(body) }),
  delete: (body) => ({ op: "delete", id: parseDocumentId(objectOf(body, ["id"], null).id) }),
  query: (body) => ({ op: "query", ...parseSearch(body) }),
};

/**
 * Reads a question that came over the bus.
 * @throws EnrichmentError
 */
export function parseRagQuestion(body: unknown): RagQuestion {
  const { op, ...rest } = (typeof body === "object" && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const parse = typeof op === "string" && Object.hasOwn(PARSERS, op) ? PARSERS[op] : undefined;
  if (!parse) throw new EnrichmentError(`\`op\` is none of ${Object.keys(PARSERS).join(", ")}.`, "op");
  return parse(rest);
}

/** Texts for which vectors are wanted. @throws EnrichmentError */
export function parseTexts(texts: unknown, param: string): readonly string[] {
  const { texts: most, textCharacters } = RAG_LIMITS;
  if (!Array.isArray(texts) || texts.length < 1 || texts.length > most) {
    throw new EnrichmentError(`\`${param}\` is no text, and no list of 1 to ${most} texts.`, param);
  }
  const found = texts.map((text, at) => textOf(text, `${param}[${at}]`, textCharacters));
  const length = found.reduce((sum, text) => sum + text.length, 0);
  if (length <= textCharacters) return found;
  throw new EnrichmentError(`\`${param}\` has ${length} characters; at most ${textCharacters} are taken.`, param);
}

/** A document. @throws EnrichmentError */
export function parseDocument(body: unknown): RagDocument {
  const { id, title, source = "", text } = objectOf(body, ["id", "title", "source", "text"], null);
  return {
    id: parseDocumentId(id),
    title: textOf(title, "title", RAG_LIMITS.title),
    source: source === "" ? "" : textOf(source, "source", RAG_LIMITS.source),
    text: textOf(text, "text", RAG_LIMITS.document),
  };
}

/** The id of a document. @throws EnrichmentError */
export function parseDocumentId(id: unknown): string {
  if (typeof id === "string" && DOCUMENT_ID.test(id)) return id;
  throw new EnrichmentError(
    "`id` is not 1 to 64 letters, digits, `.`, `_` or `-`, beginning with one of the first two.",
    "id",
  );
}

/** What is looked for. @throws EnrichmentError */
export function parseSearch(body: unknown): RagSearch {
  const fields = objectOf(body, ["query", "limit", "min_score"], null);
  const { limit = DEFAULTS.limit, min_score = DEFAULTS.min_score } = fields;
  const query = textOf(fields.query, "query", RAG_LIMITS.query);
  if (typeof min_score !== "number" || !(min_score >= 0 && min_score <= 1)) {
    throw new EnrichmentError("`min_score` is no number from 0 to 1.", "min_score");
  }
  return { query, limit: wholeOf(limit, RAG_LIMITS.passages), min_score };
}

/** A page of the list. @throws EnrichmentError */
export function parsePage(body: unknown): RagPage {
  const { limit = DEFAULTS.page, after } = objectOf(body, ["limit", "after"], null);
  if (after !== undefined && (typeof after !== "string" || !UUID.test(after))) {
    throw new EnrichmentError("`after` is not what `next` of a page said.", "after");
  }
  return { limit: wholeOf(limit, RAG_LIMITS.page), ...(after !== undefined && { after }) };
}

function wholeOf(limit: unknown, most: number): number {
  if (Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= most) return limit as number;
  throw new EnrichmentError(`\`limit\` is no whole number from 1 to ${most}.`, "limit");
}

function textOf(value: unknown, param: string, most: number): string {
  if (typeof value !== "string" || value.trim() === "")
    throw new EnrichmentError(`\`${param}\` is no text, or empty.`, param);
  if (value.length > most) {
    throw new EnrichmentError(`\`${param}\` has ${value.length} characters; at most ${most} are taken.`, param);
  }
  if (!value.isWellFormed()) throw new EnrichmentError(`\`${param}\` is not well-formed Unicode.`, param);
  return value;
}
