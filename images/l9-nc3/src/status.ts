import type { StopState } from "../../runtime/stop/stop-state.ts";
import { COUNTED_HOURS, type QueryCounts } from "./query-counts.ts";

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
    /** Keys whose signatures count. */
    readonly officers: number;
  };
  readonly emergency_stop: { readonly stopped: boolean; readonly since: string | null };
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

/** What stands in the audit log with the query's row. */
export interface Recorded {
  readonly id: string;
  readonly found: { readonly counts: QueryCounts; readonly stop: StopState };
}

export function statusOf(state: GateState, { id, found }: Recorded, now: number): Nc3Status {
  const { tenant, device, node, since, officers } = state;
  const { granted, refused, lastGranted, lastRefused } = found.counts;
  const { stop } = found;
  return {
    tenant_id: tenant,
    query: "status",
    read_only: true,
    gate: { device, node, state: "answering", since, officers },
    emergency_stop: { stopped: stop.stopped, since: stop.stopped ? stop.since : null },
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
