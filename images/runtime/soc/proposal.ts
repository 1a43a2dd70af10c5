import type { Severity } from "../severity.ts";
import type { Indicator } from "./enrichment.ts";
import type { ProposedAction } from "./proposed-action.ts";

/** An event that has to do with the question. */
export interface RelatedEvent {
  readonly event_id: string;
  /** When it happened, RFC 3339 in UTC. */
  readonly ts: string;
  readonly severity: Severity;
  readonly category: string;
  /** Layer 4's class; null while it has not spoken. */
  readonly class: string | null;
}

/** What was proposed for one of the events. Nobody has carried it out. */
export type RelatedProposal = Pick<
  ProposedAction,
  "proposal_id" | "event_id" | "ts" | "action" | "target" | "rationale" | "status"
>;

/** Answer to an enrichment: what one tenant's SOC router knows. Payload of L8_PROPOSAL, as JSON. */
export interface Proposal {
  readonly tenant_id: string;
  /** What was searched for: as asked, or the event's own address, domain, user or hash. */
  readonly indicator: Indicator | null;
  /** The event that was asked for, if it is there, then events with the indicator, newest first. */
  readonly event_ids: readonly string[];
  /** The gravest of all that were found; null where nothing was. */
  readonly severity: Severity | null;
  /** Layer 4's classes of all that were found, sorted. */
  readonly classes: readonly string[];
  /** RFC 3339 in UTC; null where nothing was found. */
  readonly first_seen: string | null;
  readonly last_seen: string | null;
  /** Events that were found; there can be more than are listed. */
  readonly count: number;
  readonly related: readonly RelatedEvent[];
  /** Where the indicator was looked for last, and in how many of the newest events at most. */
  readonly searched: { readonly store: "hot_path" | "archive"; readonly events: number } | null;
  /** What was proposed for the listed events, newest first, 20 at most. */
  readonly proposals: readonly RelatedProposal[];
  /** Why there are no proposals; null where there are. */
  readonly proposals_reason: string | null;
}
