import { type Tool, ToolError } from "../tool.ts";

export interface JsonQueryInput {
  readonly json: string;
  readonly path: string;
}

type Step = { readonly key: string } | { readonly index: number } | "all";

const MOST_MATCHES = 100;
const MOST_STEPS = 32;
const STEP = /\.?([A-Za-z_$@][A-Za-z0-9_$@-]{0,127})|\[(-?\d{1,9})\]|\[(\*)\]|\.(\*)|\["((?:[^"\\]|\\.){0,256})"\]/y;

/** What stands at a path of a JSON text, such as `$.events[*].src_ip`. */
export const jsonQuery: Tool<JsonQueryInput> = ({ json, path }) => {
  let found: unknown[];
  try {
    found = [JSON.parse(json)];
  } catch (error) {
    throw new ToolError(`json: ${(error as Error).message.slice(0, 200)}`);
  }
  let truncated = false;
  for (const step of stepsOf(path)) {
    const next = found.flatMap((value) => below(value, step));
    truncated ||= next.length > MOST_MATCHES;
    found = next.slice(0, MOST_MATCHES);
  }
  return { matches: found, count: found.length, truncated };
};

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  const text = path.replace(/^\$(?=$|[.[])/, "");
  STEP.lastIndex = 0;
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (!match) throw new ToolError(`path: not understood from ${JSON.stringify(text.slice(at, at + 20))}`);
    if (steps.length === MOST_STEPS) throw new ToolError(`path: more than ${MOST_STEPS} steps`);
    const [, key, index, all, star, quoted] = match;
    if (all ?? star) steps.push("all");
    else if (index !== undefined) steps.push({ index: Number(index) });
    else steps.push({ key: key ?? unquoted(quoted ?? "") });
  }
  return steps;
}

function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    throw new ToolError("path: a name in quotes that is no JSON text");
  }
}

function below(value: unknown, step: Step): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (step === "all") return Array.isArray(value) ? value : Object.values(value);
  if ("index" in step) {
    const one: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
    return one === undefined ? [] : [one];
  }
  return Object.hasOwn(value, step.key) ? [(value as Readonly<Record<string, unknown>>)[step.key]] : [];
}
