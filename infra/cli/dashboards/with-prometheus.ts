import type { Prometheus } from "../../dashboards/numbers/prometheus.ts";
import { readNumber } from "../../dashboards/numbers/read-number.ts";
import { prometheusQuery } from "../metrics/ask-prometheus.ts";
import { withFleet } from "../stores/fleet.ts";
import { openPrometheus, type PrometheusFlags } from "./open-prometheus.ts";

/** Does `work` with the Prometheus that the flags name, or with the fleet's own. */
export async function withPrometheus<T>(
  flags: PrometheusFlags,
  work: (prometheus: Prometheus) => Promise<T>,
): Promise<T> {
  const { prometheus } = flags;
  return prometheus === undefined ? withFleetPrometheus(work) : work(openPrometheus({ ...flags, prometheus }));
}

/** The fleet's own. @throws UserError when nothing is deployed */
function withFleetPrometheus<T>(work: (prometheus: Prometheus) => Promise<T>): Promise<T> {
  return withFleet((fleet) =>
    work({
      async query(promql) {
        const series = await prometheusQuery(fleet, promql);
        return series.map(({ metric, value }) => ({ labels: metric, value: readNumber(value) }));
      },
    }),
  );
}
