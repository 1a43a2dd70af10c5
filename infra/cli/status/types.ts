/** Health of one container as it answers now. */
export type ServiceHealth = "healthy" | "degraded" | "unhealthy" | "missing";

export interface ServiceStatus {
  readonly name: string;
  readonly service: string;
  readonly node: string;
  readonly tenant?: string;
  readonly layer?: string;
  readonly device?: number;
  /** The engine's word: `running`, `exited`, `missing`. */
  readonly state: string;
  readonly health: ServiceHealth;
  readonly image?: string;
  readonly containerId?: string;
  /** RFC 3339 */
  readonly startedAt?: string;
  readonly restarts?: number;
  /** Why it is not healthy. */
  readonly cause?: string;
}

export interface NodeStatus {
  readonly id: string;
  readonly role: string;
  readonly address: string;
  readonly reachable: boolean;
  readonly engine?: string;
  readonly cause?: string;
}

export interface TenantStatus {
  readonly id: string;
  readonly roeLevel: string;
  readonly services: number;
  readonly healthy: number;
}

/** The fleet as it is now. */
export interface FleetStatus {
  readonly healthy: boolean;
  /** `3 nodes, 2 tenants, 12 of 12 services healthy` */
  readonly summary: string;
  readonly nodes: readonly NodeStatus[];
  readonly tenants: readonly TenantStatus[];
  readonly services: readonly ServiceStatus[];
}
