import { SERIES } from "./names.ts";
import type { RuleGroup } from "./types.ts";

/** Whether a store's container is down, whoever says so first: its exporter, or the node agent. */
const gone = (service: string, exporter: string): string =>
  `${exporter} == 0 or ${SERIES.containerUp}{service="${service}"} == 0`;

/** Redis, PostgreSQL, Qdrant and the balancer. */
export const storeRules: RuleGroup = {
  name: "dsmil-stores",
  title: "Stores and balancer",
  records: [],
  alerts: [
    {
      name: "RedisDown",
      // One alert, whoever noticed.
      expr: `max by (node) (1 - (${gone("redis", "redis_up")})) == 1`,
      for: "20s",
      severity: "critical",
      labels: { component: "redis" },
      summary: "Redis on {{ $labels.node }} is down",
      description: "No event moves: services wait, and ingest keeps lines on its node's disk.",
      remedy:
        "`bin/dsmil status`; the container's log. It starts again by itself unless somebody stopped it; nothing acknowledged is lost.",
    },
    {
      name: "RedisMemoryHigh",
      expr: "redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.85",
      for: "2m",
      severity: "warning",
      labels: { component: "redis" },
      summary: "Redis on {{ $labels.node }} is close to its memory limit",
      description:
        "{{ $value | humanizePercentage }} are used; it evicts nothing, and refuses writes of all tenants when full.",
      remedy:
        "Look which tenant sends most (`dsmil:tenant:throughput:rate5m`); shorten `retention.hot` or raise Redis' memory.",
    },
    {
      name: "RedisWritesFail",
      expr: "redis_aof_last_write_status == 0",
      for: "30s",
      severity: "critical",
      labels: { component: "redis" },
      summary: "Redis on {{ $labels.node }} cannot write its log",
      description: "What it takes now would be lost with the process.",
      remedy: "Almost always a full or failing disk: `df` on the node, its kernel log.",
    },
    {
      name: "PostgresDown",
      expr: `max by (node) (1 - (${gone("postgres", "pg_up")})) == 1`,
      for: "20s",
      severity: "critical",
      labels: { component: "postgres" },
      summary: "PostgreSQL on {{ $labels.node }} is down",
      description: "Nothing is archived, what must be audited first is refused, policies' decisions wait.",
      remedy: "`bin/dsmil status`; the container's log. Hot path and audit spools bridge the time on the nodes' disks.",
    },
    {
      name: "PostgresConnectionsHigh",
      expr: "sum by (node) (pg_stat_database_numbackends) / max by (node) (pg_settings_max_connections) > 0.85",
      for: "2m",
      severity: "warning",
      labels: { component: "postgres" },
      summary: "PostgreSQL on {{ $labels.node }} runs out of connections",
      description: "{{ $value | humanizePercentage }} are in use; a service that gets none waits.",
      remedy: "`pg_stat_activity` says who holds them; each service has a small pool.",
    },
    {
      name: "QdrantDown",
      expr: `max by (node) (1 - (${gone("qdrant", 'up{job="qdrant"}')})) == 1`,
      for: "30s",
      severity: "critical",
      labels: { component: "qdrant" },
      summary: "Qdrant on {{ $labels.node }} is down",
      description: "Documents are neither found nor taken.",
      remedy: "`bin/dsmil status`; the container's log.",
    },
    {
      name: "BalancerWithoutServer",
      expr: "haproxy_backend_active_servers == 0",
      for: "20s",
      severity: "critical",
      labels: { component: "haproxy" },
      summary: "No server is up behind the balancer on {{ $labels.node }}",
      description: "Every request to the API is answered 503.",
      remedy: "`/health` of the L7 routers (`bin/dsmil status`).",
    },
    {
      name: "BalancerServerDown",
      expr: 'haproxy_server_status{state="DOWN"} == 1',
      for: "1m",
      severity: "warning",
      labels: { component: "haproxy" },
      summary: "{{ $labels.server }} is down behind the balancer on {{ $labels.node }}",
      description: "The others carry its load.",
      remedy: "`bin/dsmil status` and the log of that container.",
    },
  ],
};
