import type { DecisionPoint } from "../../runtime/policy/decision-point.ts";
import type { ArchiveLookup } from "../../runtime/soc/archive-lookup.ts";
import type { CoaAnswer, CoaQuestion } from "../../runtime/soc/coa.ts";
import type { Indicator } from "../../runtime/soc/enrichment.ts";
import { NothingPermitted, Permissions } from "../../runtime/soc/permissions.ts";
import { indicatorOf, type Sighting } from "../../runtime/soc/sighting.ts";
import type { StopGuard } from "../../runtime/stop/stop-guard.ts";
import { targetsOf } from "./evidence.ts";
import { chooseOptions } from "./options.ts";
import { scoreCourses } from "./score.ts";
import { isThreat, type Situation, situationOf } from "./situation.ts";

/** What the engine works with. */
export interface EngineParts {
  readonly tenant: string;
  readonly archive: ArchiveLookup;
  readonly point: DecisionPoint;
  readonly stop: StopGuard;
}

/** Events that a question looks at closely at most, the newest. */
const EVENTS = 50;

const NO_SIGHTING: Pick<Sighting, "count" | "first" | "last" | "severities" | "events"> = {
  count: 0,
  first: null,
  last: null,
  severities: [],
  events: [],
};

/**
 * Courses of action for an event or an incident, from the tenant's archive and within its policy. The same archive and
 * the same policy give the same answer; nothing in it is made up, and nothing is carried out.
 */
export class CoaEngine {
  private readonly parts: EngineParts;

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  /**
   * @param about id of the request, for the log of decisions
   * @throws DbeError as ArchiveLookup
   */
  async answer(question: CoaQuestion, about: string): Promise<CoaAnswer> {
    const permissions = new Permissions(this.parts.point, this.parts.tenant, about);
    const { objective } = question;
    const answer = { tenant_id: this.parts.tenant, objective, indicator: null, situation: null, options: [] };
    try {
      await this.unlessStopped();
      // Without a policy not even the archive is asked.
      await permissions.open();
      const { indicator, events, situation } = await this.look(question);
      const found = { ...answer, indicator, situation: situation ? told(situation) : null };
      if (!situation || !isThreat(situation)) {
        const reasons = [situation ? "no_threat_named" : "nothing_found"];
        return { ...found, result: "insufficient_evidence", reasons, policy: permissions.policy };
      }
      const targets = targetsOf(events);
      const scored = scoreCourses(situation, targets, objective);
      const options = await chooseOptions(scored, { situation, targets, events, permissions });
      // The stop may have come while the archive and the policy were asked.
      await this.unlessStopped();
      return { ...found, result: "options", reasons: [], options, policy: permissions.policy };
    } catch (error) {
      if (!(error instanceof NothingPermitted)) throw error;
      return { ...answer, result: "refused", reasons: error.reasons, policy: permissions.policy };
    }
  }

  /** @throws NothingPermitted */
  private async unlessStopped(): Promise<void> {
    const frozen = await this.parts.stop.why();
    if (frozen !== undefined) throw new NothingPermitted([frozen]);
  }

  private async look({ event_id, indicator: asked }: CoaQuestion) {
    const { archive } = this.parts;
    const subject = event_id === undefined ? undefined : await archive.event(event_id);
    const indicator: Indicator | null = asked ?? (subject && indicatorOf(subject.fields)) ?? null;
    const sighting = indicator ? await archive.indicator(indicator, subject?.event.event_id, EVENTS - 1) : NO_SIGHTING;
    const own = subject ? [subject.event.event_id] : [];
    const ids = [...own, ...sighting.events.map((event) => event.event_id)];
    const events = ids.length === 0 ? [] : await archive.judged(ids);
    const totals = { ...sighting, count: sighting.count + own.length };
    return { indicator, events, situation: events.length === 0 ? undefined : situationOf(events, totals) };
  }
}

function told({ count, severity, classes, first, last, threat }: Situation): NonNullable<CoaAnswer["situation"]> {
  return { count, severity, classes, first_seen: first, last_seen: last, threat };
}
