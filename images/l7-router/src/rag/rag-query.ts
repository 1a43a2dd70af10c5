import { parseSearch, type RagSearch } from "../../../runtime/l7/rag/question.ts";
import { ApiError } from "../api-error.ts";
import { checked } from "./checked.ts";

/** What `POST /v1/rag/query` asks for. */
export interface RagQuery {
  readonly search: RagSearch;
  /** Whether a language model is to write an answer out of the passages. */
  readonly answer: boolean;
  /** That model; the first of the workers' where none is named. */
  readonly model?: string;
}

/** Reads the body. @throws ApiError 400 with the field in `param` */
export function parseRagQuery(body: unknown): RagQuery {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError(400, "invalid_request", "The body is no JSON object.");
  }
  const { answer = false, model, ...rest } = body as Readonly<Record<string, unknown>>;
  const search = checked(() => parseSearch(rest));
  if (typeof answer !== "boolean")
    throw new ApiError(400, "invalid_request", "`answer` is not true or false.", "answer");
  if (model === undefined) return { search, answer };
  if (typeof model !== "string" || model.length < 1 || model.length > 64) {
    throw new ApiError(400, "invalid_request", "`model` is no model's name.", "model");
  }
  return { search, answer, model };
}
