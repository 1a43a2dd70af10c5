/** What tokens of the L7 API are made with, and what they must say. */
export const L7_TOKEN = {
  alg: "ML-DSA-87",
  issuer: "dsmil",
  audience: "dsmil-l7",
  /** Longest life, seconds. */
  maxSeconds: 3600,
  /** Characters of a token at most: a signature takes 6,170. */
  maxLength: 8192,
} as const;

/**
 * What a token allows: `chat` the models and what is found in documents, `soc` the questions to the tenant's SOC, `documents`
 * to lay and remove documents, `agent` tools and agents.
 */
export const L7_ROLES = ["chat", "soc", "documents", "agent"] as const;
export type L7Role = (typeof L7_ROLES)[number];

/** Form of a token's subject: it stands in claims and log lines. */
export const L7_SUBJECT = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
