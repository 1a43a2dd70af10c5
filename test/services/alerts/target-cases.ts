import type { AlertCase } from "./case.ts";

const L3 =
  'job="services",node="node-a",layer="L3",device="18",service="l3-router",container="dsmil-l3-router-alpha",tenant="alpha"';
const own = { node: "node-a", layer: "L3", device: "18", tenant: "alpha", container: "dsmil-l3-router-alpha" };
const CONTAINER = 'node="node-c",service="redis",container="dsmil-redis"';
const DISK = 'job="node",node="node-b",mountpoint="/",fstype="ext4"';
const GB = 1_000_000_000;

/** Services, containers, nodes. */
export const targetCases: readonly AlertCase[] = [
  {
    alert: "ServiceDown",
    labels: { severity: "critical", ...own },
    fires: [[`up{${L3}}`, "1 0+0x10"]],
    // Two scrapes that failed: half a minute has not passed.
    quiet: [[`up{${L3}}`, "1+0x7 0 0"]],
    at: "90s",
  },
  {
    alert: "ServiceUnhealthy",
    labels: { severity: "critical", ...own },
    fires: [[`dsmil_health_status{status="unhealthy",${L3}}`, "1+0x10"]],
    quiet: [
      [`dsmil_health_status{status="unhealthy",${L3}}`, "0+0x10"],
      [`dsmil_health_status{status="degraded",${L3}}`, "1+0x10"],
    ],
    at: "90s",
  },
  {
    alert: "ServiceDegraded",
    labels: { severity: "warning", ...own },
    fires: [[`dsmil_health_status{status="degraded",${L3}}`, "1+0x40"]],
    quiet: [[`dsmil_health_status{status="degraded",${L3}}`, "1+0x27 0+0x10"]],
    at: "5m30s",
  },
  {
    alert: "ContainerDown",
    labels: { severity: "critical", node: "node-c", container: "dsmil-redis" },
    fires: [[`dsmil_container_up{${CONTAINER}}`, "1 0+0x10"]],
    quiet: [[`dsmil_container_up{${CONTAINER}}`, "1+0x7 0 0"]],
    at: "90s",
  },
  {
    alert: "ContainerUnhealthy",
    labels: { severity: "warning", container: "dsmil-redis" },
    fires: [[`dsmil_container_healthy{${CONTAINER}}`, "0+0x10"]],
    quiet: [[`dsmil_container_healthy{${CONTAINER}}`, "1+0x4 0+0x4 1"]],
    at: "90s",
  },
  {
    alert: "ContainerOutOfMemory",
    labels: { severity: "critical", container: "dsmil-redis" },
    fires: [[`dsmil_container_oom_kills_total{${CONTAINER}}`, "0+0x5 1+0x10"]],
    quiet: [[`dsmil_container_oom_kills_total{${CONTAINER}}`, "1+0x15"]],
    at: "2m",
  },
  {
    alert: "ContainerRestarts",
    labels: { severity: "warning", container: "dsmil-redis" },
    fires: [[`dsmil_container_restarts_total{${CONTAINER}}`, "0+0x30 1 2 3 4 5 5+0x50"]],
    quiet: [[`dsmil_container_restarts_total{${CONTAINER}}`, "0+0x30 1 2 3+0x50"]],
    at: "14m",
  },
  {
    alert: "ContainerMemoryHigh",
    labels: { severity: "warning", container: "dsmil-redis" },
    fires: [
      [`dsmil_container_memory_bytes{${CONTAINER}}`, "91+0x40"],
      [`dsmil_container_memory_limit_bytes{${CONTAINER}}`, "100+0x40"],
    ],
    quiet: [
      [`dsmil_container_memory_bytes{${CONTAINER}}`, "90+0x40"],
      [`dsmil_container_memory_limit_bytes{${CONTAINER}}`, "100+0x40"],
      // One without a limit.
      ['dsmil_container_memory_bytes{container="x"}', "90+0x40"],
      ['dsmil_container_memory_limit_bytes{container="x"}', "0+0x40"],
    ],
    at: "6m",
  },
  {
    alert: "ExporterDown",
    labels: { severity: "warning", job: "postgres", node: "node-c" },
    fires: [['up{job="postgres",node="node-c"}', "0+0x10"]],
    quiet: [['up{job="postgres",node="node-c"}', "1+0x4 0+0x4 1"]],
    at: "100s",
  },
  {
    alert: "NodeAway",
    labels: { severity: "critical", node: "node-b" },
    fires: [['up{job="agents",node="node-b"}', "1 0+0x10"]],
    quiet: [['up{job="agents",node="node-b"}', "1+0x7 0 0"]],
    at: "90s",
  },
  {
    alert: "NodeDiskLow",
    labels: { severity: "warning", node: "node-b", mountpoint: "/" },
    fires: [
      [`node_filesystem_avail_bytes{${DISK}}`, `${14 * GB}+0x40`],
      [`node_filesystem_size_bytes{${DISK}}`, `${100 * GB}+0x40`],
    ],
    quiet: [
      [`node_filesystem_avail_bytes{${DISK}}`, `${15 * GB}+0x40`],
      [`node_filesystem_size_bytes{${DISK}}`, `${100 * GB}+0x40`],
      ['node_filesystem_avail_bytes{fstype="tmpfs"}', "0+0x40"],
      ['node_filesystem_size_bytes{fstype="tmpfs"}', "1+0x40"],
    ],
    at: "6m",
  },
  {
    alert: "NodeDiskFull",
    labels: { severity: "critical", node: "node-b", mountpoint: "/" },
    fires: [
      [`node_filesystem_avail_bytes{${DISK}}`, `${4.9 * GB}+0x20`],
      [`node_filesystem_size_bytes{${DISK}}`, `${100 * GB}+0x20`],
    ],
    quiet: [
      [`node_filesystem_avail_bytes{${DISK}}`, `${5 * GB}+0x20`],
      [`node_filesystem_size_bytes{${DISK}}`, `${100 * GB}+0x20`],
    ],
    at: "2m",
  },
  {
    alert: "NodeInodesLow",
    labels: { severity: "warning", node: "node-b" },
    fires: [
      [`node_filesystem_files_free{${DISK}}`, "9+0x40"],
      [`node_filesystem_files{${DISK}}`, "100+0x40"],
    ],
    quiet: [
      [`node_filesystem_files_free{${DISK}}`, "10+0x40"],
      [`node_filesystem_files{${DISK}}`, "100+0x40"],
    ],
    at: "6m",
  },
  {
    alert: "NodeMemoryLow",
    labels: { severity: "warning", node: "node-b" },
    fires: [
      ['node_memory_MemAvailable_bytes{job="node",node="node-b"}', "9+0x40"],
      ['node_memory_MemTotal_bytes{job="node",node="node-b"}', "100+0x40"],
    ],
    quiet: [
      ['node_memory_MemAvailable_bytes{job="node",node="node-b"}', "10+0x40"],
      ['node_memory_MemTotal_bytes{job="node",node="node-b"}', "100+0x40"],
    ],
    at: "6m",
  },
];
