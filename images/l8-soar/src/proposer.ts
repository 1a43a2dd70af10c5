import type { DsmilEvent } from "../../runtime/event.ts";
import { nameUuid } from "../../runtime/name-uuid.ts";
import type { Decision, PolicyRequest } from "../../runtime/policy/decision.ts";
import type { ProposedAction } from "../../runtime/soc/proposed-action.ts";
import { alertOf, type Candidate, candidatesOf } from "./candidates.ts";
import { rationaleOf } from "./rationale.ts";
import { type Outcome, type Recent, recentKey } from "./recent.ts";

export interface ProposerParts {
  readonly tenant: string;
  readonly device: number;
  readonly ask: (request: PolicyRequest, about: string) => Promise<Decision>;
  /** Version of the policy in force; null: none is. */
  readonly policyVersion: () => number | null;
  readonly recent: Recent;
  /** ms since 1970 */
  readonly now?: () => number;
}

/** What became of one candidate. */
export interface Judged {
  readonly eventId: string;
  readonly candidate: Candidate;
  readonly result: Outcome | "duplicate";
  /** Whether the policy was asked for it, or it is known from before. */
  readonly asked: boolean;
  /** Of what is proposed. */
  readonly proposal?: ProposedAction;
  readonly policyVersion: number | null;
}

/** Key of the batch's one question about channels; no action has it. */
const NOTIFY = "notify";

/** A decision that was not recorded does not count, for or against: everything is tried again later. */
export class NotRecorded extends Error {
  constructor() {
    super("decisions are not recorded now");
    this.name = "NotRecorded";
  }
}

/** Decides which responses to events are proposed: those that fit, that are new, and that the tenant's policy allows. */
export class Proposer {
  private readonly parts: ProposerParts;

  constructor(parts: ProposerParts) {
    this.parts = parts;
  }

  /**
   * Judges a batch, each action on a target once. Remembers nothing: that is for {@link Recent}, once all is kept.
   * @throws NotRecorded
   */
  async judge(events: readonly DsmilEvent[]): Promise<readonly Judged[]> {
    const asked = new Map<string, Promise<Decision>>();
    return (await Promise.all(events.map((event) => this.event(event, asked)))).flat();
  }

  private async event(event: DsmilEvent, asked: Map<string, Promise<Decision>>): Promise<readonly Judged[]> {
    const candidates = candidatesOf(event);
    const judged = await Promise.all(candidates.map((candidate) => this.candidate(event, candidate, asked)));
    const refused = judged.filter(({ result }) => result === "refused").map(({ candidate }) => candidate.action);
    const alerted = candidates.some(({ action }) => action === "ALERT_ONLY");
    // An isolation that may not be is always worth an alert, whatever else may be.
    const alert =
      !alerted && (refused.includes("ISOLATE_HOST") || (refused.length > 0 && refused.length === judged.length));
    const all = alert ? [...judged, await this.candidate(event, alertOf(event), asked, refused)] : judged;
    return this.notified(event, all, asked);
  }

  private async candidate(
    event: DsmilEvent,
    candidate: Candidate,
    asked: Map<string, Promise<Decision>>,
    refused: readonly string[] = [],
  ): Promise<Judged> {
    const { tenant, recent, policyVersion: versionNow } = this.parts;
    const about = { eventId: event.event_id, candidate };
    const key = recentKey(candidate);
    const version = versionNow();
    const known = recent.find(key, event.event_id, version, this.now());
    if (known !== undefined) {
      const result = known === "proposed" ? "duplicate" : "refused";
      return { ...about, result, asked: false, policyVersion: version };
    }
    const before = asked.get(key);
    const request = { tenant, decision: "allow_action", action: candidate.action } as const;
    const pending = before ?? this.parts.ask(request, event.event_id);
    asked.set(key, pending);
    const decision = await pending;
    if (decision.reasons.includes("not_recorded")) throw new NotRecorded();
    const policyVersion = decision.policy?.version ?? null;
    if (!decision.allow || decision.record === undefined || policyVersion === null) {
      return { ...about, result: "refused", asked: true, policyVersion };
    }
    if (before !== undefined) return { ...about, result: "duplicate", asked: true, policyVersion };
    const proposal = this.proposal(event, candidate, decision.record, policyVersion, refused);
    return { ...about, result: "proposed", proposal, asked: true, policyVersion };
  }

  private proposal(
    event: DsmilEvent,
    candidate: Candidate,
    decision: ProposedAction["decision"],
    policyVersion: number,
    refused: readonly string[],
  ): ProposedAction {
    const { tenant, device } = this.parts;
    return {
      proposal_id: nameUuid(`proposal/${tenant}/${event.event_id}/${candidate.action}`),
      tenant_id: tenant,
      ts: new Date(this.now()).toISOString(),
      device,
      event_id: event.event_id,
      ...candidate,
      rationale: rationaleOf(event, candidate, refused),
      severity: event.severity,
      channels: [],
      decision,
      policy_version: policyVersion,
      status: "proposed",
    };
  }

  /** Adds the names of the channels where the tenant may be told, asked once a batch; telling is somebody else's. */
  private async notified(
    event: DsmilEvent,
    judged: readonly Judged[],
    asked: Map<string, Promise<Decision>>,
  ): Promise<readonly Judged[]> {
    if (!judged.some(({ proposal }) => proposal)) return judged;
    const { ask, tenant } = this.parts;
    const pending = asked.get(NOTIFY) ?? ask({ tenant, decision: "notify" }, event.event_id);
    asked.set(NOTIFY, pending);
    const answer = await pending;
    if (answer.reasons.includes("not_recorded")) throw new NotRecorded();
    const channels = answer.allow ? [...new Set(answer.channels.map(({ channel }) => channel))] : [];
    return judged.map((one) => (one.proposal ? { ...one, proposal: { ...one.proposal, channels } } : one));
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}
