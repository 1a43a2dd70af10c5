import type { AlertCase } from "./case.ts";

const C = 'node="node-c"';
const pg = `job="postgres",${C}`;

/** Stores, balancer, monitoring itself. */
export const storeCases: readonly AlertCase[] = [
  {
    alert: "RedisDown",
    labels: { severity: "critical", component: "redis", node: "node-c" },
    // The agent says it first, the exporter later: one alert.
    fires: [
      [`dsmil_container_up{service="redis",container="dsmil-redis",${C}}`, "1 0+0x10"],
      [`redis_up{job="redis",${C}}`, "1 1 0+0x10"],
    ],
    quiet: [
      [`dsmil_container_up{service="redis",container="dsmil-redis",${C}}`, "1+0x10"],
      [`redis_up{job="redis",${C}}`, "1+0x4 0 1+0x5"],
    ],
    at: "60s",
  },
  {
    alert: "RedisMemoryHigh",
    labels: { severity: "warning", node: "node-c" },
    fires: [
      [`redis_memory_used_bytes{job="redis",${C}}`, "86+0x20"],
      [`redis_memory_max_bytes{job="redis",${C}}`, "100+0x20"],
    ],
    quiet: [
      [`redis_memory_used_bytes{job="redis",${C}}`, "85+0x20"],
      [`redis_memory_max_bytes{job="redis",${C}}`, "100+0x20"],
    ],
    at: "3m",
  },
  {
    alert: "RedisWritesFail",
    labels: { severity: "critical", node: "node-c" },
    fires: [[`redis_aof_last_write_status{job="redis",${C}}`, "0+0x10"]],
    quiet: [[`redis_aof_last_write_status{job="redis",${C}}`, "0 0 1+0x10"]],
    at: "60s",
  },
  {
    alert: "PostgresDown",
    labels: { severity: "critical", component: "postgres", node: "node-c" },
    fires: [[`pg_up{${pg}}`, "1 0+0x10"]],
    quiet: [[`pg_up{${pg}}`, "1+0x4 0 1+0x5"]],
    at: "60s",
  },
  {
    alert: "PostgresConnectionsHigh",
    labels: { severity: "warning", node: "node-c" },
    fires: [
      [`pg_stat_database_numbackends{datname="dsmil",${pg}}`, "80+0x20"],
      [`pg_stat_database_numbackends{datname="postgres",${pg}}`, "6+0x20"],
      [`pg_settings_max_connections{${pg}}`, "100+0x20"],
    ],
    quiet: [
      [`pg_stat_database_numbackends{datname="dsmil",${pg}}`, "80+0x20"],
      [`pg_stat_database_numbackends{datname="postgres",${pg}}`, "5+0x20"],
      [`pg_settings_max_connections{${pg}}`, "100+0x20"],
    ],
    at: "3m",
  },
  {
    alert: "QdrantDown",
    labels: { severity: "critical", node: "node-c" },
    fires: [[`up{job="qdrant",service="qdrant",${C}}`, "1 0+0x10"]],
    quiet: [[`up{job="qdrant",service="qdrant",${C}}`, "1+0x4 0 0 1+0x5"]],
    at: "80s",
  },
  {
    alert: "BalancerWithoutServer",
    labels: { severity: "critical", node: "node-b" },
    fires: [['haproxy_backend_active_servers{proxy="l7-router",node="node-b"}', "2 0+0x10"]],
    quiet: [['haproxy_backend_active_servers{proxy="l7-router",node="node-b"}', "2 1+0x10"]],
    at: "60s",
  },
  {
    alert: "BalancerServerDown",
    labels: { severity: "warning", server: "dsmil-l7-router-1" },
    fires: [['haproxy_server_status{server="dsmil-l7-router-1",state="DOWN",node="node-b"}', "1+0x10"]],
    quiet: [
      ['haproxy_server_status{server="dsmil-l7-router-1",state="DOWN",node="node-b"}', "0+0x10"],
      ['haproxy_server_status{server="dsmil-l7-router-1",state="UP",node="node-b"}', "1+0x10"],
    ],
    at: "90s",
  },
  // It fires always; what is next to that is a moment before the first evaluation.
  { alert: "Watchdog", labels: { severity: "none" }, fires: [], quiet: [], at: "30s", quietAt: "never" },
  {
    alert: "TargetsMissing",
    labels: { severity: "critical" },
    fires: [['up{job="agents"}', "1+0x10"]],
    quiet: [['up{job="services"}', "0+0x10"]],
    at: "90s",
  },
  {
    alert: "RulesFail",
    labels: { severity: "critical", rule_group: "dsmil-stores" },
    fires: [['prometheus_rule_evaluation_failures_total{rule_group="dsmil-stores"}', "0+0x10 1+0x10"]],
    quiet: [['prometheus_rule_evaluation_failures_total{rule_group="dsmil-stores"}', "1+0x20"]],
    at: "2m",
  },
  {
    alert: "AlertmanagerUnreachable",
    labels: { severity: "critical" },
    fires: [
      ['prometheus_notifications_errors_total{job="prometheus",alertmanager="https://a"}', "0+0x4 1 2 3 4 5 6 7 8"],
    ],
    quiet: [
      ['prometheus_notifications_errors_total{job="prometheus",alertmanager="https://a"}', "7+0x12"],
      ['prometheus_notifications_alertmanagers_discovered{job="prometheus"}', "1+0x12"],
      ['up{job="prometheus"}', "1+0x12"],
      ['up{job="alertmanager"}', "1+0x7 0 0 1+0x2"],
    ],
    at: "110s",
  },
  {
    alert: "PrometheusConfigBad",
    labels: { severity: "warning" },
    fires: [['prometheus_config_last_reload_successful{job="prometheus"}', "0+0x10"]],
    quiet: [['prometheus_config_last_reload_successful{job="prometheus"}', "0 0 1+0x10"]],
    at: "60s",
  },
  {
    alert: "AlertmanagerConfigBad",
    labels: { severity: "critical" },
    fires: [['alertmanager_config_last_reload_successful{job="alertmanager"}', "0+0x10"]],
    quiet: [['alertmanager_config_last_reload_successful{job="alertmanager"}', "0 0 1+0x10"]],
    at: "60s",
  },
  {
    alert: "NotificationsFail",
    labels: { severity: "critical", integration: "webhook" },
    fires: [['alertmanager_notifications_failed_total{integration="webhook"}', "0+0x6 1+0x20"]],
    quiet: [
      ['alertmanager_notifications_failed_total{integration="webhook"}', "3+0x26"],
      ['alertmanager_notifications_total{integration="webhook"}', "0+1x26"],
    ],
    at: "3m",
  },
  {
    alert: "PrometheusStorageFails",
    labels: { severity: "warning" },
    fires: [['prometheus_tsdb_compactions_failed_total{job="prometheus"}', "0+0x6 1+0x20"]],
    quiet: [
      ['prometheus_tsdb_compactions_failed_total{job="prometheus"}', "1+0x26"],
      ['prometheus_tsdb_wal_corruptions_total{job="prometheus"}', "0+0x26"],
    ],
    at: "3m",
  },
];
