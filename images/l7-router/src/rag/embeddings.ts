import { DIMENSIONS, ENCODER } from "../../../runtime/l7/rag/limits.ts";
import { parseTexts } from "../../../runtime/l7/rag/question.ts";
import { objectOf } from "../../../runtime/soc/enrichment.ts";
import { ApiError } from "../api-error.ts";
import type { ApiKey } from "../key-ring.ts";
import { checked } from "./checked.ts";
import type { RagClient } from "./rag-client.ts";

/** What `POST /v1/embeddings` asks for. */
interface Wanted {
  readonly texts: readonly string[];
  readonly base64: boolean;
}

/** Vectors in the format of the OpenAI API, and how many tokens they took. */
export interface Embeddings {
  readonly body: object;
  readonly tokens: number;
}

/**
 * Answers `POST /v1/embeddings`.
 * @throws ApiError 400, 404, and what the bus refuses
 */
export async function embeddings(rag: RagClient, caller: ApiKey, body: unknown): Promise<Embeddings> {
  const { texts, base64 } = wantedIn(body);
  const answer = await rag.ask(caller, { op: "embed", texts });
  if (answer.result === "too_long") {
    const { index, tokens, most } = answer;
    const message = `The model takes ${most} tokens; input ${index} has ${tokens}.`;
    throw new ApiError(400, "context_length_exceeded", message, "input");
  }
  const { vectors, tokens } = answer;
  const data = vectors.map((vector, index) => ({
    ...{ object: "embedding", index, embedding: base64 ? vector : numbersIn(vector) },
  }));
  return {
    body: { object: "list", data, model: ENCODER, usage: { prompt_tokens: tokens, total_tokens: tokens } },
    tokens,
  };
}

function wantedIn(body: unknown): Wanted {
  const known = ["model", "input", "encoding_format", "dimensions", "user"];
  const {
    model,
    input,
    encoding_format: format = "float",
    dimensions = DIMENSIONS,
  } = checked(() => objectOf(body, known, null));
  if (typeof model !== "string")
    throw new ApiError(400, "invalid_request", "you must provide a model parameter", "model");
  if (model !== ENCODER) {
    throw new ApiError(404, "model_not_found", `There is no such model; vectors are made by ${ENCODER}.`, "model");
  }
  if (format !== "float" && format !== "base64") {
    throw new ApiError(400, "invalid_request", "`encoding_format` is neither float nor base64.", "encoding_format");
  }
  if (dimensions !== DIMENSIONS) {
    throw new ApiError(
      400,
      "invalid_request",
      `\`dimensions\`: this model's vectors have ${DIMENSIONS}.`,
      "dimensions",
    );
  }
  const texts = checked(() => parseTexts(typeof input === "string" ? [input] : input, "input"));
  return { texts, base64: format === "base64" };
}

function numbersIn(vector: string): number[] {
  const bytes = Buffer.from(vector, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
}
