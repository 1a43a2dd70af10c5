/** Series that other parts of the fleet's observation make, by what they say; the services' own names stand in the rules. */
export const SERIES = {
  /** 1 while a container runs; of the node agent, with the labels of a target. */
  containerUp: "dsmil_container_up",
  /** How often the engine started it again. */
  containerRestarts: "dsmil_container_restarts_total",
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
