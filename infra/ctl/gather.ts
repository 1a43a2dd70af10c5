import type { Schema } from "../../images/runtime/control/schema.ts";
import { askNodes, type Told } from "./ask-node.ts";
import { CtlError } from "./ctl-error.ts";
import { clean, type Paint, paintFor } from "./paint.ts";
import type { Session } from "./session.ts";

export interface Answered<T> {
  readonly node: string;
  readonly answer: T;
}

/** Help of commands that gather. */
export const WHOLE = "\nExit codes: 0 all nodes told, 1 one did not, 2 none did.";

export interface GatherOptions {
  /** Whether one node's answer is all that there is; then it does not matter who is away. Default false. */
  readonly one?: boolean;
}

/**
 * What all nodes tell; who does not is named on stderr, and makes the exit code 1.
 * @param shape what an answer must be like
 * @throws CtlError when nobody tells anything
 */
export async function gather<T>(
  { nodes, credentials }: Session,
  path: string,
  shape: Schema,
  { one = false }: GatherOptions = {},
): Promise<Answered<T>[]> {
  const told = await askNodes<T>(nodes, credentials, path, shape);
  const answered = told.filter((each): each is Answered<T> => "answer" in each);
  const failures = told.flatMap((each) => ("failure" in each ? [each] : []));
  if (answered.length === 0) throw allFailed(failures);
  // On other nodes there is nothing of it.
  const missed = failures.filter(({ status }) => status !== 404);
  warn(missed, paintFor(process.stderr));
  if (missed.length > 0 && !one) process.exitCode = 1;
  return answered;
}

type Failed = Exclude<Told<unknown>, { readonly answer: unknown }>;

function warn(failures: readonly Failed[], paint: Paint): void {
  for (const { node, failure } of failures) {
    process.stderr.write(`${paint.yellow("warning:")} ${node}: ${clean(failure)}\n`);
  }
}

function allFailed(failures: readonly Failed[]): CtlError {
  const reasons = [...new Set(failures.map(({ failure }) => failure))];
  const [first = ""] = reasons;
  const names = failures.map(({ node }) => node).join(", ");
  const what = reasons.length === 1 ? `${names}: ${first}` : failures.map((f) => `${f.node}: ${f.failure}`).join("; ");
  const known = failures.some(({ status }) => status !== undefined);
  return new CtlError(
    clean(what),
    known ? "ask for another one, or with another certificate" : "see `dsmilctl config list`",
  );
}
