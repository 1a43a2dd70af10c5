import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { Schema } from "../../images/runtime/control/schema.ts";
import { jsonIn } from "./reason.ts";

/** A node's answer, or why it is none. */
export type ToldBy<T> = { readonly answer: T } | { readonly status: number; readonly failure: string };

const ajv = new Ajv({ strict: false, removeAdditional: true });
addFormats.default(ajv, ["date-time"]);
const checks = new WeakMap<Schema, ValidateFunction>();

/**
 * Understands what a node sent. One that sends something else does not end a command that others answer.
 * @param shape what a 200 must be like; what a later version of the control API tells besides is left out
 */
export function toldBy<T>(status: number, body: string, shape?: Schema): ToldBy<T> {
  const answer = jsonIn(body);
  if (answer === undefined) return { status, failure: `${status}: the answer is no JSON` };
  if (status === 200) {
    const fault = shape && faultOf(shape, answer);
    return fault === undefined
      ? { answer: answer as T }
      : { status, failure: `the answer is not as described: ${fault}` };
  }
  const { detail, code } = (answer ?? {}) as { detail?: unknown; code?: unknown };
  return { status, failure: `${status} ${String(code ?? "")}: ${String(detail ?? "no reason given")}` };
}

function faultOf(shape: Schema, answer: unknown): string | undefined {
  const check = checks.get(shape) ?? ajv.compile(shape);
  checks.set(shape, check);
  if (check(answer)) return undefined;
  const [first] = check.errors ?? [];
  return `${first?.instancePath || "it"} ${first?.message ?? "is something else"}`;
}
