import type { Board, Panel } from "./board.ts";
import { gauged } from "./panels/gauged.ts";
import { atMost } from "./panels/steps.ts";
import { targetsUp } from "./panels/targets-up.ts";
import { DAY, WINDOW } from "./panels/window.ts";

/** The machines, their containers, and the stores on them. */
export function nodeHealth(): Board {
  return {
    uid: "dsmil-nodes",
    title: "Node Health",
    description: "CPU, memory, disk and network of the nodes; containers; Redis, PostgreSQL and HAProxy.",
    tenants: [],
    rows: [
      {
        title: "Targets",
        panels: [
          targetsUp("Nodes", 'job="node"'),
          targetsUp("Agents", 'job="agents"'),
          targetsUp("Programs", 'job="services"'),
          { ...targetsUp("Redis", 'job="redis"'), needs: ["redis"] },
          { ...targetsUp("PostgreSQL", 'job="postgres"'), needs: ["postgres"] },
          { ...targetsUp("HAProxy", 'job="haproxy"'), needs: ["haproxy"] },
        ],
      },
      { title: "Machines", panels: [...machines(), ...disks()] },
      { title: "Containers", panels: containers() },
      { title: "Redis", panels: redis().map((panel) => ({ ...panel, needs: ["redis"] })) },
      { title: "PostgreSQL", panels: postgres().map((panel) => ({ ...panel, needs: ["postgres"] })) },
      { title: "HAProxy", panels: haproxy().map((panel) => ({ ...panel, needs: ["haproxy"] })) },
    ],
  };
}

function machines(): Panel[] {
  return [
    gauged({
      title: "CPU",
      description: "Share of a node's cores that is busy.",
      unit: "percentunit",
      expr: `1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}[${WINDOW}]))`,
      legend: "{{node}}",
    }),
    gauged(
      {
        title: "Memory",
        description: "Share of a node's memory that is in use and cannot be given back.",
        unit: "percentunit",
        expr: "1 - max by (node) (node_memory_MemAvailable_bytes) / max by (node) (node_memory_MemTotal_bytes)",
        legend: "{{node}}",
      },
      { steps: atMost(0.95, 0.85) },
    ),
    gauged({
      title: "Load",
      description: "Processes that run or wait, over one minute; above the number of cores they wait.",
      unit: "short",
      expr: "max by (node) (node_load1)",
      legend: "{{node}}",
    }),
  ];
}

function disks(): Panel[] {
  const matching = '{fstype!~"tmpfs|overlay|squashfs|ramfs"}';
  return [
    gauged(
      {
        title: "Disk",
        description: "Share in use of a node's fullest file system.",
        unit: "percentunit",
        expr: `max by (node) (1 - node_filesystem_avail_bytes${matching} / node_filesystem_size_bytes${matching})`,
        legend: "{{node}}",
      },
      { steps: atMost(0.9, 0.8) },
    ),
    gauged({
      title: "Received",
      description: "Bytes a second that a node's network devices received, without its own loop.",
      unit: "Bps",
      expr: `sum by (node) (rate(node_network_receive_bytes_total{device!="lo"}[${WINDOW}]))`,
      legend: "{{node}}",
    }),
    gauged({
      title: "Sent",
      description: "Bytes a second that a node's network devices sent, without its own loop.",
      unit: "Bps",
      expr: `sum by (node) (rate(node_network_transmit_bytes_total{device!="lo"}[${WINDOW}]))`,
      legend: "{{node}}",
    }),
  ];
}

function containers(): Panel[] {
  return [
    gauged(
      {
        title: "Not running",
        description: "Containers that the engine has and that do not run, by node.",
        unit: "none",
        expr: "count by (node) (dsmil_container_up) - sum by (node) (dsmil_container_up)",
        legend: "{{node}}",
      },
      { look: "bars", width: 6, steps: atMost(1) },
    ),
    gauged(
      {
        title: "Restarts",
        description: "Restarts within the last day, by node.",
        unit: "short",
        expr: `sum by (node) (increase(dsmil_container_restarts_total[${DAY}]))`,
        legend: "{{node}}",
      },
      { look: "bars", width: 6, steps: atMost(5, 1) },
    ),
    gauged(
      {
        title: "Nearest to their limit of memory",
        description: "The ten containers that hold most of what they may.",
        unit: "percentunit",
        expr: "topk(10, max by (container) (dsmil_container_memory_bytes) / (max by (container) (dsmil_container_memory_limit_bytes) > 0))",
        legend: "{{container}}",
      },
      { look: "bars", width: 6, steps: atMost(0.95, 0.85) },
    ),
    gauged(
      {
        title: "Busiest",
        description: "The ten containers that keep most cores busy.",
        unit: "short",
        expr: `topk(10, sum by (container) (rate(dsmil_container_cpu_seconds_total[${WINDOW}])))`,
        legend: "{{container}}",
      },
      { look: "bars", width: 6 },
    ),
  ];
}

function redis(): Panel[] {
  return [
    gauged(
      {
        title: "Memory",
        description: "What Redis holds.",
        unit: "bytes",
        expr: "max(redis_memory_used_bytes)",
        legend: "used",
      },
      { width: 8 },
    ),
    gauged({
      title: "Commands",
      description: "Commands a second, of all clients.",
      unit: "cps",
      expr: `sum(rate(redis_commands_processed_total[${WINDOW}]))`,
      legend: "commands",
    }),
    gauged({
      title: "Clients",
      description: "Connections of clients.",
      unit: "short",
      expr: "sum(redis_connected_clients)",
      legend: "clients",
    }),
  ];
}

function postgres(): Panel[] {
  return [
    gauged({
      title: "Connections",
      description: "Connections by database.",
      unit: "short",
      expr: 'sum by (datname) (pg_stat_database_numbackends{datname!=""})',
      legend: "{{datname}}",
    }),
    gauged({
      title: "Commits",
      description: "Transactions a second that were committed.",
      unit: "cps",
      expr: `sum by (datname) (rate(pg_stat_database_xact_commit{datname!=""}[${WINDOW}]))`,
      legend: "{{datname}}",
    }),
    gauged({
      title: "Size",
      description: "Bytes on disk by database.",
      unit: "bytes",
      expr: "max by (datname) (pg_database_size_bytes)",
      legend: "{{datname}}",
    }),
  ];
}

function haproxy(): Panel[] {
  return [
    gauged({
      title: "Requests",
      description: "Requests at the API, a second.",
      unit: "reqps",
      expr: `sum by (proxy) (rate(haproxy_frontend_http_requests_total[${WINDOW}]))`,
      legend: "{{proxy}}",
    }),
    gauged({
      title: "Answers",
      description: "Answers of the API, a second, by class of their status.",
      unit: "reqps",
      expr: `sum by (code) (rate(haproxy_frontend_http_responses_total[${WINDOW}]))`,
      legend: "{{code}}",
    }),
    gauged({
      title: "Servers",
      description: "Routers that take requests, by backend.",
      unit: "none",
      expr: "max by (proxy) (haproxy_backend_active_servers)",
      legend: "{{proxy}}",
    }),
  ];
}
