import { askNodes, type Told } from "./ask-node.ts";
import { CtlError } from "./ctl-error.ts";
import { clean, type Paint, paintFor } from "./paint.ts";
import type { Session } from "./session.ts";

export interface Answered<T> {
  readonly node: string;
  readonly answer: T;
}

/**
 * What all nodes tell; who does not is named on stderr.
 * @throws CtlError when nobody tells anything
 */
export async function gather<T>({ nodes, credentials }: Session, path: string): Promise<Answered<T>[]> {
  const told = await askNodes<T>(nodes, credentials, path);
  const answered = told.filter((one): one is Answered<T> => "answer" in one);
  const failures = told.flatMap((one) => ("failure" in one ? [one] : []));
  if (answered.length === 0) throw allFailed(failures);
  warn(failures, paintFor(process.stderr));
  return answered;
}

type Failed = Exclude<Told<unknown>, { readonly answer: unknown }>;

function warn(failures: readonly Failed[], paint: Paint): void {
  // On other nodes there is nothing of it.
  for (const { node, failure } of failures.filter(({ status }) => status !== 404)) {
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
