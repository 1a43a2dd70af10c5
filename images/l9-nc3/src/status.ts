import type { Recorded } from "./gate-log.ts";
import { COUNTED_HOURS } from "./gate-log.ts";

/** Answer of the gate, payload of L9_NC3_RESP: what it knows of itself. There is nothing behind it. */
export interface Nc3Status {
  readonly tenant_id: string;
  readonly query: "status";
  /** The gate answers; it passes nothing on and can set nothing in motion. */
  readonly read_only: true;
  readonly gate: {
    readonly device: number;
    readonly node: string;
    readonly state: "answering";
    /** Start of this process. */
    readonly since: string;
    /** Whose signatures count. */
    readonly officers: number;
  };
  /** From the tenant's audit log; this query is one of the granted. */
  readonly queries: {
    readonly hours: number;
    readonly granted: number;
    readonly refused: number;
    readonly last_granted_at: string | null;
    readonly last_refused_at: string | null;
  };
  /** Row of audit_log about this query. */
  readonly audit_id: string;
  readonly answered_at: string;
}

/** What the gate knows of itself. */
export interface GateState {
  readonly tenant: string;
  readonly device: number;
  readonly node: string;
  /** RFC 3339 in UTC. */
  readonly since: string;
  readonly officers: number;
}

export function statusOf(state: GateState, { id, counts }: Recorded, now: number): Nc3Status {
  const { tenant, device, node, since, officers } = state;
  const { granted, refused, lastGranted, lastRefused } = counts;
  return {
    tenant_id: tenant,
    query: "status",
    read_only: true,
    gate: { device, node, state: "answering", since, officers },
    queries: {
      hours: COUNTED_HOURS,
      granted,
      refused,
      last_granted_at: lastGranted,
      last_refused_at: lastRefused,
    },
    audit_id: id,
    answered_at: new Date(now).toISOString(),
  };
}
