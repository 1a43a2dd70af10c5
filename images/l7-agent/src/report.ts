import { createHash } from "node:crypto";
import type { JsonObject } from "../../runtime/json-object.ts";
import type { AgentStep, Digest, Fact } from "../../runtime/l7/agent.ts";
import { safeJson } from "../../runtime/safe-json.ts";
import type { Taken } from "./planner.ts";

/** Longest input and output of a step that are told whole, bytes of JSON. */
const INPUT = 1024;
const OUTPUT = 6 * 1024;
/** Most facts of a step, and longest text of one. */
const FACTS = 12;
const TEXT = 200;

/** A step as it is told. @param at from 0 on */
export function stepOf({ call, answer }: Taken, at: number): AgentStep {
  const { output, ...rest } = answer;
  return {
    step: at + 1,
    ...rest,
    input: bounded(call.input, INPUT),
    ...(output && { output: bounded(output, OUTPUT) }),
  };
}

/** What the tools said, word for word, by step: the first values of each output. */
export function factsOf(taken: readonly Taken[]): Fact[] {
  return taken.flatMap(({ call, answer }, at) => {
    const found: Omit<Fact, "step" | "tool">[] = [];
    collect(answer.output ?? {}, "", found);
    return found.map((fact) => ({ step: at + 1, tool: call.tool, ...fact }));
  });
}

function bounded(value: JsonObject, most: number): JsonObject | Digest {
  const text = Buffer.from(safeJson(value));
  if (text.length <= most) return value;
  return { bytes: text.length, sha256: createHash("sha256").update(text).digest("hex") };
}

function collect(value: unknown, path: string, found: Omit<Fact, "step" | "tool">[]): void {
  if (found.length >= FACTS) return;
  if (Array.isArray(value)) for (const [i, one] of value.entries()) collect(one, `${path}[${i}]`, found);
  else if (typeof value === "object" && value !== null) {
    for (const [key, one] of Object.entries(value)) collect(one, path === "" ? key : `${path}.${key}`, found);
  } else if (typeof value === "string") found.push({ path, value: value.slice(0, TEXT).toWellFormed() });
  else if (typeof value === "number" || typeof value === "boolean") found.push({ path, value });
}
