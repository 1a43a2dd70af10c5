import { UserError } from "../errors.ts";
import type { Fleet } from "../stores/fleet.ts";
import { askPrometheus, prometheusDoor } from "./prometheus-api.ts";

/** A target as Prometheus tells of it. */
export interface PrometheusTarget {
  readonly health: "up" | "down" | "unknown";
  readonly labels: Readonly<Record<string, string>>;
  /** Why it is down; empty while it is not. */
  readonly lastError: string;
}

/** A series of an answer: its labels, and its value now. */
export interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>;
  /** Text as Prometheus writes it: a number, `NaN`, `+Inf`. */
  readonly value: string;
}

/** Every target that Prometheus scrapes. @throws UserError when it cannot be asked */
export async function prometheusTargets(fleet: Fleet): Promise<readonly PrometheusTarget[]> {
  const data = await ask<{ activeTargets: readonly PrometheusTarget[] }>(fleet, "/api/v1/targets?state=active");
  return data.activeTargets;
}

/** The series of an expression now. @throws UserError when the expression is wrong or Prometheus cannot be asked */
export async function prometheusQuery(fleet: Fleet, expression: string): Promise<readonly PrometheusSeries[]> {
  const query = new URLSearchParams({ query: expression, timeout: "20s" });
  const { resultType, result } = await ask<QueryData>(fleet, `/api/v1/query?${query}`);
  if (resultType === "vector") return result.map(({ metric, value }) => ({ metric, value: value[1] }));
  if (resultType === "scalar") return [{ metric: {}, value: String(result[1]) }];
  throw new UserError(
    `the expression gives a ${resultType}, not values of now`,
    "ask for an instant vector or a number",
  );
}

type QueryData =
  | {
      readonly resultType: "vector";
      readonly result: readonly { readonly metric: PrometheusSeries["metric"]; readonly value: [number, string] }[];
    }
  | { readonly resultType: "scalar"; readonly result: readonly [number, string] }
  | { readonly resultType: "matrix" | "string"; readonly result: unknown };

const ask = async <T>(fleet: Fleet, path: string): Promise<T> =>
  (await askPrometheus(await prometheusDoor(fleet), path)) as T;
