/** Series that other parts of the fleet's observation make, by what they say; the services' own names stand in the rules. */
export const SERIES = {
  /** 1 while a container runs; of the node agent, with the labels of a target. */
  containerUp: "dsmil_container_up",
  /** 1 while the engine's own check of it passes. */
  containerHealthy: "dsmil_container_healthy",
  /** How often the engine started it again. */
  containerRestarts: "dsmil_container_restarts_total",
  /** Processes that the kernel ended for want of memory. */
  containerOomKills: "dsmil_container_oom_kills_total",
  containerMemory: "dsmil_container_memory_bytes",
  containerMemoryLimit: "dsmil_container_memory_limit_bytes",
} as const;

/** Names of Prometheus' jobs. */
export const JOBS = {
  services: "services",
  agents: "agents",
  /** What stands beside another program and asks it. */
  exporters: ["containers", "node", "redis", "postgres", "haproxy", "qdrant"],
} as const;
