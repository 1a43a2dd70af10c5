import { ask, type Question } from "./ask.ts";
import { Problem } from "./problem.ts";
import { readSamples, type Sample } from "./service-levels.ts";

/** How Prometheus is asked; undefined where it does not run. */
export type Prometheus = (() => Omit<Question, "path">) | undefined;

/**
 * Samples of an instant query.
 * @param promql the server's own: no text of a caller is ever in it
 * @throws Problem (404 without Prometheus on this node, 502 where it gives no answer)
 */
export async function askPrometheus(prometheus: Prometheus, promql: string): Promise<readonly Sample[]> {
  if (prometheus === undefined) throw new Problem(404, "not_found", "Prometheus does not run on this node.");
  const path = `/api/v1/query?query=${encodeURIComponent(promql)}`;
  const { status, body } = await asked({ ...prometheus(), path }, "Prometheus");
  if (status !== 200) throw new Problem(502, "no_answer", `Prometheus answers ${status}.`);
  return readSamples(body);
}

/** Asks; who gives no answer is a problem (502). */
export async function asked(question: Question, whom: string) {
  return ask(question).catch((error: Error) => {
    throw new Problem(502, "no_answer", `${whom} does not answer: ${error.message}.`);
  });
}
