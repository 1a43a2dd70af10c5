/** Model that makes vectors, a folder of MODELS_DIR. */
export const ENCODER = "l7-encoder";
/** Numbers of a vector. */
export const DIMENSIONS = 384;

/** Bounds of what the RAG engine is asked; lengths in UTF-16 units, as JavaScript counts. */
export const RAG_LIMITS = {
  /** Texts of one question for vectors, and characters of all of them. */
  texts: 64,
  textCharacters: 64 * 1024,
  /** Characters of a document, its title and its source. */
  document: 64 * 1024,
  title: 200,
  source: 500,
  /** Chunks of one document. */
  chunks: 200,
  /** Characters of a query. */
  query: 2000,
  /** Passages of one answer. */
  passages: 20,
  /** Documents of one page. */
  page: 100,
  /** Longest question on the bus, bytes: a character takes six where it is escaped. */
  bytes: 512 * 1024,
} as const;
