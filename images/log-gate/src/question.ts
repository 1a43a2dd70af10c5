import { Refusal } from "../../runtime/api/refusal.ts";
import type { Caller } from "./callers.ts";
import { type Reader, SHARED, UNKNOWN } from "./reader.ts";

/** The parts of Loki's API that readers get, and the parameters of each. */
const QUESTIONS: readonly (readonly [path: RegExp, parameters: readonly string[]])[] = [
  [/^query_range$/, ["query", "start", "end", "limit", "direction", "step", "interval"]],
  [/^query$/, ["query", "time", "limit", "direction"]],
  [/^labels$/, ["start", "end", "query"]],
  [/^label\/[a-z_]{1,32}\/values$/, ["start", "end", "query"]],
  [/^series$/, ["match[]", "start", "end"]],
];
const MOST_VALUE = 4096;
const MOST_VALUES = 32;
const MOST_LINES = 5000;

/** Path and parameters for Loki, below `/loki/api/v1/`. @throws Refusal for what is not allowed */
export function readQuestion(path: string, search: URLSearchParams): string {
  const parameters = QUESTIONS.find(([pattern]) => pattern.test(path))?.[1];
  if (parameters === undefined) throw new Refusal(404, "not_found", "There is nothing of that method and path here.");
  const values = [...search];
  if (values.length > MOST_VALUES)
    throw new Refusal(400, "invalid_query", `Expected at most ${MOST_VALUES} parameters.`);
  for (const [key, value] of values) {
    if (parameters.includes(key) && value.length <= MOST_VALUE) continue;
    throw new Refusal(400, "invalid_query", `Expected only ${parameters.join(", ")}, each at most ${MOST_VALUE} long.`);
  }
  for (const limit of search.getAll("limit")) {
    if (/^\d{1,4}$/.test(limit) && Number(limit) <= MOST_LINES) continue;
    throw new Refusal(400, "invalid_query", `Expected a limit of at most ${MOST_LINES}.`);
  }
  const text = String(search);
  return text === "" ? path : `${path}?${text}`;
}

/**
 * The tenants that are asked, in Loki's words: of a reader its own; of an operator the one that it names, or all.
 * @param named what the request's `x-dsmil-tenant` says
 * @throws Refusal
 */
export function scopeOf(caller: Caller, named: string | undefined, readers: ReadonlyMap<string, Reader>): string {
  if (caller.kind === "shipper") throw new Refusal(403, "forbidden", "A node's certificate is for sending lines.");
  if (caller.kind === "reader") {
    const own = readers.get(caller.tenant)?.logTenant;
    if (own !== undefined && (named === undefined || named === caller.tenant)) return own;
    throw new Refusal(403, "tenant_mismatch", "The token is of another tenant.");
  }
  const all = new Map([...readers].map(([tenant, { logTenant }]) => [tenant, logTenant]));
  for (const nobodys of [SHARED, UNKNOWN]) if (!all.has(nobodys)) all.set(nobodys, nobodys);
  if (named === undefined) return [...all.values()].join("|");
  const one = all.get(named);
  if (one !== undefined) return one;
  throw new Refusal(404, "unknown_tenant", "There is no such tenant.");
}
