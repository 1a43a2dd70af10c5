import { UserError } from "../errors.ts";
import type { HttpsAnswer } from "../stores/https-request.ts";

/** What an answer of Prometheus' HTTP API says. @throws UserError when it is an error, or no answer of it */
export function prometheusData({ status, body }: HttpsAnswer): unknown {
  const answer = parse(body);
  if (answer?.status === "success") return answer.data;
  if (typeof answer?.error === "string") throw new UserError(answer.error, REMEDY);
  if (status !== 200) throw new UserError(`Prometheus answers ${status}: ${body.slice(0, 200)}`, REMEDY);
  throw new UserError(
    `Prometheus' answer of ${body.length} bytes is no JSON of its own, or longer than is read`,
    REMEDY,
  );
}

const REMEDY = "see docs/metrics.md";

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(body) ?? undefined;
  } catch {
    return undefined;
  }
}
