import type { Series } from "./prometheus.ts";
import { readNumber } from "./read-number.ts";

/**
 * Reads an answer of Prometheus' `/api/v1/query`.
 * @throws Error with Prometheus' own words, or naming what is not as its API promises
 */
export function parseAnswer(status: number, body: string): readonly Series[] {
  const answer = parsed(status, body);
  if (answer.status !== "success") {
    const said = typeof answer.error === "string" ? answer.error : `answer ${status} without a reason`;
    throw new Error(`Prometheus refuses: ${said.slice(0, 500)}`);
  }
  const { resultType, result } = record(answer.data);
  if (resultType === "scalar") return [{ labels: {}, value: numberOf(result) }];
  if (resultType !== "vector" || !Array.isArray(result)) throw new Error("Prometheus answers no instant vector");
  return result.map((one) => {
    const { metric, value } = record(one);
    return { labels: labelsOf(metric), value: numberOf(value) };
  });
}

function parsed(status: number, body: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(body));
  } catch {
    throw new Error(`answer ${status} is not Prometheus' JSON`);
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new Error("Prometheus' answer is not as its API promises");
}

function labelsOf(metric: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(metric)).map(([label, value]) => [label, String(value)]));
}

/** `[seconds, "value"]`. */
function numberOf(pair: unknown): number {
  const text: unknown = Array.isArray(pair) ? pair[1] : undefined;
  if (typeof text !== "string") throw new Error("Prometheus' answer has a series without a value");
  return readNumber(text);
}
