/**
 * Names that dashboards take from others than our programs, by job: those that are used, not all there are. They are as
 * Debian 12's exporters have them (node 1.5, redis 1.45, postgres 0.11, HAProxy 2.6).
 */
export const EXPORTED: Readonly<Record<string, readonly string[]>> = {
  prometheus: ["up", "ALERTS"],
  node: [
    "node_cpu_seconds_total",
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "node_load1",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
    "node_network_receive_bytes_total",
    "node_network_transmit_bytes_total",
  ],
  redis: ["redis_commands_processed_total", "redis_connected_clients", "redis_memory_used_bytes"],
  postgres: ["pg_database_size_bytes", "pg_stat_database_numbackends", "pg_stat_database_xact_commit"],
  haproxy: [
    "haproxy_backend_active_servers",
    "haproxy_frontend_http_requests_total",
    "haproxy_frontend_http_responses_total",
  ],
};
