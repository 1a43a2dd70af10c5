import type { RuleGroup } from "./types.ts";

/** Whether the alerts themselves can be relied on. */
export const monitoringRules: RuleGroup = {
  name: "dsmil-monitoring",
  title: "Monitoring itself",
  records: [],
  alerts: [
    {
      name: "Watchdog",
      expr: "vector(1)",
      severity: "none",
      summary: "Rules are computed",
      description: "It always fires, and nobody is told: `bin/dsmil alerts` misses it when rules stand still.",
      remedy: "Nothing while it fires.",
    },
    {
      name: "TargetsMissing",
      expr: 'absent(up{job="services"})',
      for: "1m",
      severity: "critical",
      summary: "Prometheus asks no service at all",
      description: "It has no targets: nothing else can be noticed.",
      remedy: "Prometheus' targets file (`bin/dsmil up` lays it) and its log.",
    },
    {
      name: "RulesFail",
      expr: "increase(prometheus_rule_evaluation_failures_total[5m]) > 0",
      severity: "critical",
      summary: "Prometheus cannot compute a rule",
      description: "{{ $labels.rule_group }}: an alert may stay silent.",
      remedy: "Its log has the query and the error; two series where one is expected is the usual one.",
    },
    {
      name: "AlertmanagerUnreachable",
      expr:
        '(prometheus_notifications_alertmanagers_discovered or up{job="prometheus"} * 0) < 1 or ' +
        'increase(prometheus_notifications_errors_total[2m]) > 0 or up{job="alertmanager"} == 0',
      for: "30s",
      severity: "critical",
      summary: "Prometheus cannot hand its alerts over",
      description: "Nobody is told of anything; `bin/dsmil alerts` still shows what fires.",
      remedy: "Is `dsmil-alertmanager` up, and is its certificate good?",
    },
    {
      name: "PrometheusConfigBad",
      expr: "prometheus_config_last_reload_successful == 0",
      for: "30s",
      severity: "warning",
      summary: "Prometheus did not take its new configuration",
      description: "It works on with the old one.",
      remedy: "Its log names the line; `promtool check config`.",
    },
    {
      name: "AlertmanagerConfigBad",
      expr: "alertmanager_config_last_reload_successful == 0",
      for: "30s",
      severity: "critical",
      summary: "Alertmanager did not take its new configuration",
      description: "It works on with the old one: receivers that were added are told nothing.",
      remedy: "Its log names the line; a token or authority that the manifest names and the node does not have.",
    },
    {
      name: "NotificationsFail",
      expr: "sum by (integration) (increase(alertmanager_notifications_failed_total[5m])) > 0",
      for: "1m",
      severity: "critical",
      summary: "Alertmanager cannot reach a receiver ({{ $labels.integration }})",
      description: "{{ $value | humanize }} attempts failed in five minutes; somebody is not told.",
      remedy: "Its log names receiver and reason: address, certificate, token.",
    },
    {
      name: "PrometheusStorageFails",
      expr: "increase(prometheus_tsdb_compactions_failed_total[1h]) > 0 or increase(prometheus_tsdb_wal_corruptions_total[1h]) > 0",
      severity: "warning",
      summary: "Prometheus' storage has failures",
      description: "Figures may be lost.",
      remedy: "Disk of the node; its log.",
    },
  ],
};
