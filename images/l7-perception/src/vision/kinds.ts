/** What a picture can be; `other` is everything else. In the order of the model's columns. */
export const KINDS = ["text_document", "chart", "qr_code", "photo_like", "login_form", "terminal", "other"] as const;

export type Kind = (typeof KINDS)[number];

/** Values of an embedding, which has length 1. */
export const EMBEDDING = 32;

/** The model's columns: a probability a kind, then the embedding. */
export const VISION_COLUMNS: readonly string[] = [...KINDS, ...Array.from({ length: EMBEDDING }, (_, at) => `e${at}`)];
