import { DEVICES } from "../../runtime/devices.ts";
import type { JsonObject } from "../../runtime/json-object.ts";
import type { ToolDescription } from "../../runtime/l7/tool-call.ts";
import type { Layer7 } from "./bus-question.ts";

/** The one tool that device 49 does not have: it asks the tenant's knowledge base, which the executor may not reach. */
export const KNOWLEDGE_TOOL = "search_knowledge";

export const KNOWLEDGE_DESCRIPTION: ToolDescription = {
  name: KNOWLEDGE_TOOL,
  description: "Passages of the tenant's own documents that are nearest in meaning to a query.",
  input: {
    type: "object",
    additionalProperties: false,
    required: ["query"],
    properties: {
      query: { type: "string", minLength: 1, maxLength: 2000 },
      limit: { type: "integer", minimum: 1, maximum: 10, default: 5 },
    },
  },
};

const DEADLINE_MS = 5000;
const MAX_ANSWER = 256 * 1024;
/** Most of a passage that is told. */
const MOST = 800;
const DEFAULT_LIMIT = 5;

/** What is wrong with an input; undefined where nothing is. */
export function knowledgeProblem({ query, limit = DEFAULT_LIMIT, ...rest }: JsonObject): string | undefined {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return `input: unknown field ${JSON.stringify(unknown.slice(0, 32))}`;
  if (typeof query !== "string" || query.length < 1 || query.length > 2000)
    return "input.query: expected 1 to 2000 characters";
  if (Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= 10) return undefined;
  return "input.limit: expected a whole number from 1 to 10";
}

/**
 * Passages of the knowledge base, shortened.
 * @throws DbeError where it does not answer
 */
export async function searchKnowledge(layer7: Layer7, input: JsonObject, patienceMs: number): Promise<JsonObject> {
  const { query, limit = DEFAULT_LIMIT } = input;
  const body = { op: "query", query, limit };
  const deadlineMs = Math.min(DEADLINE_MS, patienceMs);
  const { passages } = await layer7.ask({ destination: DEVICES.knowledge, body, deadlineMs, maxAnswer: MAX_ANSWER });
  return { passages: (Array.isArray(passages) ? passages : []).slice(0, 10).map(passageOf) };
}

function passageOf(passage: Readonly<Record<string, unknown>> | null) {
  const { document_id, title, chunk, score, text } = passage ?? {};
  return {
    document_id,
    title,
    chunk,
    score,
    text: typeof text === "string" ? text.slice(0, MOST).toWellFormed() : null,
  };
}
