import type { Model } from "../../model/types.ts";
import type { RuleGroup } from "./types.ts";

/** Links between the nodes' gateways; nothing where there is one node alone. */
export function busRules({ nodes }: Pick<Model, "nodes">): RuleGroup {
  const peers = nodes.length - 1;
  const gateways = 'count by (node) (up{service="dbe-gateway"} == 1)';
  const linked = `(count by (node) (dsmil_dbe_session_age_seconds) or 0 * ${gateways})`;
  return {
    name: "dsmil-bus",
    title: "The bus",
    records: [],
    alerts:
      peers === 0
        ? []
        : [
            {
              name: "BusPeerAway",
              expr: `${gateways} * ${peers} - ${linked} > 0`,
              for: "1m",
              severity: "critical",
              summary: "The gateway on {{ $labels.node }} has no link to {{ $value }} of its peers",
              description: "Messages to them are refused with DESTINATION_UNAVAILABLE.",
              remedy:
                "`bin/dsmil dbe status` on both sides: a node that is down, a port that is closed, or a key that is not trusted.",
            },
            {
              name: "BusSlow",
              expr: 'histogram_quantile(0.99, sum by (node, le) (rate(dsmil_dbe_hop_latency_seconds_bucket{hop="link"}[5m]))) > 1',
              for: "5m",
              severity: "warning",
              summary: "Messages from {{ $labels.node }} to other nodes are slow",
              description: "One of a hundred takes {{ $value | humanizeDuration }} or longer.",
              remedy: "Network between the nodes, CPU of both gateways.",
            },
          ],
  };
}
