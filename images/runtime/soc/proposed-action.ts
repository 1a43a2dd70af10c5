import type { Severity } from "../severity.ts";

/** Actions that can be proposed; the rules of policies/tenants know the same. Nothing here carries one out. */
export const ACTIONS = [
  "ALERT_ONLY",
  "BLOCK_DOMAIN",
  "BLOCK_IP",
  "DISABLE_ACCOUNT",
  "ISOLATE_HOST",
  "KILL_PROCESS",
  "QUARANTINE_FILE",
] as const;

export type Action = (typeof ACTIONS)[number];

/** A proposal: an entry of PROPOSALS and a row of the table `proposals`. Somebody else decides about it. */
export interface ProposedAction {
  /** Depends on event and action alone: the same proposal has one id, however often its event is seen. */
  readonly proposal_id: string;
  readonly tenant_id: string;
  /** RFC 3339 in UTC. */
  readonly ts: string;
  /** Device that proposes. */
  readonly device: number;
  readonly event_id: string;
  readonly action: Action;
  /** Kind and value: `ip:203.0.113.7`, `host:web-1`, `domain:…`, `user:…`, `hash:…`, `class:RECON`. */
  readonly target: string;
  /** For a person: what speaks for it. */
  readonly rationale: string;
  readonly severity: Severity;
  /** Names of the channels that the tenant listens on; where they lead is not said. */
  readonly channels: readonly string[];
  /** The decision that allowed it, in the tenant's log. */
  readonly decision: { readonly writer: string; readonly seq: number };
  readonly policy_version: number;
  readonly status: "proposed";
}
