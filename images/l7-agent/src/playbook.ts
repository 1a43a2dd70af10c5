import type { ToolCall } from "../../runtime/l7/tool-call.ts";
import { KNOWLEDGE_TOOL } from "./knowledge.ts";
import type { Move, Planner, PlanState, Taken } from "./planner.ts";

/** Most addresses that are looked at, and texts that are decoded. */
const ADDRESSES = 3;
const TEXTS = 2;
/** Longest query to the knowledge base, and how many indicators it names. */
const QUERY = 500;
const NAMED = 5;

/** Texts that look as if they hid another one. Hashes look so too; they are what their length says. */
const ENCODED = /(?:%[0-9a-f]{2}){4,}|[A-Za-z0-9+/]{16,4000}={0,2}/gi;
const HASH_LENGTHS: ReadonlySet<number> = new Set([32, 40, 64, 96, 128]);

/**
 * The same steps each time: indicators of goal and context, what looks encoded and the indicators in that, kinds of the
 * addresses, what the tenant's documents say; then it is at its end.
 */
export const playbook: Planner = {
  async next(state: PlanState): Promise<Move> {
    const names = new Set(state.tools.map(({ name }) => name));
    const done = new Set(state.taken.map(({ call }) => keyOf(call)));
    const call = wanted(state).find((one) => names.has(one.tool) && !done.has(keyOf(one)));
    return call ? { call } : { final: null };
  },
};

/** All steps that what is known so far asks for, in their order; what earlier ones gave makes it longer. */
function wanted({ run, taken }: PlanState): ToolCall[] {
  const text = run.context === "" ? run.goal : `${run.goal}\n${run.context}`;
  const decode = encodedIn(text).map((one): ToolCall => ({ tool: "decode", input: { text: one } }));
  const decoded = taken.flatMap((step) => decodedBy(step));
  const extract = [text, ...decoded].map((one): ToolCall => ({ tool: "extract_indicators", input: { text: one } }));
  const [first, ...others] = extract;
  const found = taken.flatMap((step) => indicatorsOf(step, "ip"));
  const addresses = [...new Set(found)].slice(0, ADDRESSES);
  const look = addresses.map((address): ToolCall => ({ tool: "ip_info", input: { address } }));
  return [...(first ? [first] : []), ...decode, ...others, ...look, searchFor(run.goal, taken)];
}

function searchFor(goal: string, taken: readonly Taken[]): ToolCall {
  const kinds = ["domain", "ip", "hash"] as const;
  // Of the first step alone: what later ones find must not make another question of it.
  const named = kinds.flatMap((kind) => taken.slice(0, 1).flatMap((step) => indicatorsOf(step, kind)));
  const query = [goal, ...named.slice(0, NAMED).filter((one) => !goal.includes(one))].join(" ");
  return { tool: KNOWLEDGE_TOOL, input: { query: query.slice(0, QUERY).toWellFormed(), limit: 5 } };
}

function encodedIn(text: string): string[] {
  const found = [...new Set(text.match(ENCODED) ?? [])];
  return found
    .filter((one) => !(HASH_LENGTHS.has(one.length) && /^[0-9a-f]+$/i.test(one)) && mixed(one))
    .slice(0, TEXTS);
}

/** Words and paths are letters of one case for the most part; what is encoded has digits or both cases. */
function mixed(text: string): boolean {
  return (
    /%/.test(text) ||
    (/[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9+/=]/.test(text)) ||
    /^[0-9a-f]{16,}$/i.test(text)
  );
}

function decodedBy({ call, answer }: Taken): string[] {
  const { layers, text } = answer.output ?? {};
  const good = call.tool === "decode" && Array.isArray(layers) && layers.length > 0;
  return good && typeof text === "string" && text !== "" ? [text] : [];
}

function indicatorsOf({ call, answer }: Taken, kind: string): string[] {
  if (call.tool !== "extract_indicators") return [];
  const all = (answer.output?.indicators ?? {}) as Readonly<Record<string, unknown>>;
  const list = all[kind];
  return Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];
}

const keyOf = ({ tool, input }: ToolCall): string => JSON.stringify([tool, input]);
