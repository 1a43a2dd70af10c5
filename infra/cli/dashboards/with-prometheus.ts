import type { Prometheus } from "../../dashboards/numbers/prometheus.ts";
import { UserError } from "../errors.ts";
import { openPrometheus, type PrometheusFlags } from "./open-prometheus.ts";

/** Does `work` with the Prometheus that the flags name, or with the fleet's own. */
export async function withPrometheus<T>(
  flags: PrometheusFlags,
  work: (prometheus: Prometheus) => Promise<T>,
): Promise<T> {
  const { prometheus } = flags;
  return prometheus === undefined ? withFleetPrometheus(work) : work(openPrometheus({ ...flags, prometheus }));
}

/** The fleet's own, once it is deployed with one. @throws UserError until then */
function withFleetPrometheus<T>(_work: (prometheus: Prometheus) => Promise<T>): Promise<T> {
  throw new UserError(
    "the fleet has no Prometheus of its own",
    "name one: --prometheus https://node-a.example:9090 --ca … --cert … --key …",
  );
}
