import type { HTTPMethods } from "fastify";
import type { L7Role } from "../../runtime/l7/token.ts";

/** A route of the API that needs a key or a token. */
export interface ApiRoute {
  /** Methods that it has; all others are refused with 405. */
  readonly methods: readonly HTTPMethods[];
  /** What a token must allow; keys allow everything. */
  readonly role: L7Role;
  /** Methods for which it must allow something else. */
  readonly roles?: Readonly<Record<string, L7Role>>;
}

const read = (role: L7Role): ApiRoute => ({ methods: ["GET", "HEAD"], role });
const post = (role: L7Role): ApiRoute => ({ methods: ["POST"], role });

/** Every route that needs a key or a token. */
export const API_ROUTES: Readonly<Record<string, ApiRoute>> = {
  "/v1/models": read("chat"),
  "/v1/models/:model": read("chat"),
  "/v1/chat/completions": post("chat"),
  "/v1/vision/embeddings": post("chat"),
  "/v1/audio/transcriptions": post("chat"),
  "/v1/soc/enrich": post("soc"),
  "/v1/soc/coa": post("soc"),
  "/v1/soc/strategy": post("soc"),
  "/v1/soc/coalition/export": post("soc"),
  "/v1/soc/coalition/import": post("soc"),
  "/v1/embeddings": post("chat"),
  "/v1/rag/documents": { methods: ["GET", "HEAD", "POST"], role: "chat", roles: { POST: "documents" } },
  "/v1/rag/documents/:id": { methods: ["DELETE"], role: "documents" },
  "/v1/rag/query": post("chat"),
  "/v1/tools": read("agent"),
  "/v1/tools/:tool": post("agent"),
  "/v1/agent/runs": post("agent"),
};

/** What a token must allow for a URL that is no route of the API: which URLs there are is told to those alone who may chat. */
export const OTHER_ROLE: L7Role = "chat";
