import type { DecisionName, PolicyRequest } from "./decision.ts";

/** Longest text of a field and most entries of a list; what is longer is no name of anything. */
const MAX_TEXT = 128;
const MAX_ENTRIES = 32;

const FIELD: Readonly<Record<DecisionName, string>> = {
  allow_action: "action",
  allow_tool: "tool",
  allow_compartment: "compartments",
  allow_roe: "roe_level",
  notify: "channel",
};

/**
 * A request as the rules get it: its tenant and the one field of its decision as JSON, flat and short; undefined where it
 * is not of that form. Anything else a caller put in it is left out.
 */
export function requestText(request: PolicyRequest): string | undefined {
  const field = FIELD[request.decision];
  if (field === undefined) return undefined;
  const value = (request as unknown as Readonly<Record<string, unknown>>)[field];
  if (!isText(request.tenant)) return undefined;
  if (value === undefined)
    return request.decision === "notify" ? JSON.stringify({ tenant: request.tenant }) : undefined;
  const good = field === "compartments" ? isList(value) : isText(value);
  return good ? JSON.stringify({ tenant: request.tenant, [field]: value }) : undefined;
}

// Lone surrogates have no UTF-8; the rules would see another text than the log.
const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length <= MAX_TEXT && value.isWellFormed();

const isList = (value: unknown): boolean => Array.isArray(value) && value.length <= MAX_ENTRIES && value.every(isText);
