import { PROBLEM } from "../../runtime/control/answers.ts";
import type { Schema } from "../../runtime/control/schema.ts";

/** What may go wrong at every route, and why. */
const ALWAYS: Readonly<Record<number, string>> = {
  400: "A parameter is not as described",
  401: "No certificate, or one that is of no operator, expired or revoked",
  403: "The operator's role or tenants do not allow it",
  413: "The request has too large a body",
  415: "The request has a body of a type that is not taken",
  429: "Too many requests are under way, or too many different ones were answered within ten minutes",
  500: "A fault of the API's own",
  503: "The API is being stopped, or cannot write down the call",
};

export interface RouteParts {
  readonly summary: string;
  readonly description: string;
  readonly answer: Schema;
  readonly querystring?: Schema;
  readonly params?: Schema;
  /** Further statuses, and when they come. */
  readonly more?: Readonly<Record<number, string>>;
}

/** A route's schema: a query is empty unless described, and every answer is named. */
export function routeSchema({ summary, description, answer, querystring, params, more = {} }: RouteParts): Schema {
  const problems = Object.entries({ ...ALWAYS, ...more }).map(([status, why]) => [
    status,
    { description: why, content: { "application/problem+json": { schema: PROBLEM } } },
  ]);
  return {
    summary,
    description,
    querystring: querystring ?? { type: "object", additionalProperties: false, properties: {} },
    ...(params && { params }),
    response: {
      200: { description: "The answer", content: { "application/json": { schema: answer } } },
      ...Object.fromEntries(problems),
    },
  };
}
