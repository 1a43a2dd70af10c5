import { stringify } from "yaml";
import type { Model } from "../model/types.ts";
import { backlogRules } from "./prometheus-rules/backlog.ts";
import { busRules } from "./prometheus-rules/bus.ts";
import { expiryRules } from "./prometheus-rules/expiry.ts";
import { monitoringRules } from "./prometheus-rules/monitoring.ts";
import { nodeRules } from "./prometheus-rules/nodes.ts";
import { securityRules } from "./prometheus-rules/security.ts";
import { sloAlerts } from "./prometheus-rules/slo-alerts.ts";
import { SLO_INTERVAL_SECONDS } from "./prometheus-rules/slo-parts.ts";
import { sloRecords } from "./prometheus-rules/slo-records.ts";
import { storeRules } from "./prometheus-rules/stores.ts";
import { targetRules } from "./prometheus-rules/targets.ts";
import type { Alert, RuleGroup } from "./prometheus-rules/types.ts";

type Parts = Pick<Model, "nodes" | "layers" | "services" | "dbe">;

/**
 * Every group of rules that this fleet is watched by, in the order in which they are shown.
 * @param sloSeconds time between two computations of service levels
 */
export function ruleGroups(model: Parts, sloSeconds = SLO_INTERVAL_SECONDS): readonly RuleGroup[] {
  return [
    monitoringRules,
    targetRules,
    nodeRules,
    storeRules,
    busRules(model),
    backlogRules(model),
    securityRules,
    expiryRules(model),
    ...sloRecords(model, sloSeconds),
    ...sloAlerts(model),
  ];
}

/** Text of Prometheus' rules file. @param groups those of `ruleGroups`, or some of them */
export function renderPrometheusRules(groups: readonly RuleGroup[]): string {
  const shown = groups
    .map(({ name, interval, records, alerts }) => ({
      name,
      ...(interval && { interval }),
      rules: [...records.map((record) => ({ ...record })), ...alerts.map(ruleOf)],
    }))
    .filter(({ rules }) => rules.length > 0);
  return `# Generated from the manifest; docs/alerts.md explains each alert.\n${stringify({ groups: shown }, YAML)}`;
}

/** Long expressions stay on one line, and nothing is written twice. */
const YAML = { lineWidth: 0, aliasDuplicateObjects: false } as const;

function ruleOf({ name, expr, severity, labels, summary, description, ...rest }: Alert) {
  return {
    alert: name,
    expr,
    ...(rest.for && { for: rest.for }),
    labels: { severity, ...labels },
    annotations: { summary, description, runbook: runbook(name) },
  };
}

/** Where docs/alerts.md explains an alert, from the project's folder. */
export const runbook = (alert: string): string => `docs/alerts.md#${alert.toLowerCase()}`;
