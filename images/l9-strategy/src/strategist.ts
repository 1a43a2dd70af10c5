import type { DecisionPoint } from "../../runtime/policy/decision-point.ts";
import type { ArchiveLookup } from "../../runtime/soc/archive-lookup.ts";
import { NothingPermitted, Permissions } from "../../runtime/soc/permissions.ts";
import type { Concern, StrategyAnswer, StrategyQuestion } from "../../runtime/soc/strategy.ts";
import type { StopGuard } from "../../runtime/stop/stop-guard.ts";
import { subjectOf, suspectsOf, weightiest } from "./concerns.ts";
import { type EntityConcern, entityConcern, indicatorOfEntity } from "./entity-concern.ts";
import type { Outlook, RiskyEntity } from "./outlook.ts";
import { type Period, periodOf } from "./period.ts";
import type { PeriodArchive } from "./period-archive.ts";
import { postureOf } from "./posture.ts";
import { prioritiesOf } from "./priorities.ts";
import { trendsOf } from "./trends.ts";

/** What a strategist works with. */
export interface StrategistParts {
  readonly tenant: string;
  readonly lookup: ArchiveLookup;
  readonly archive: PeriodArchive;
  readonly outlook: Outlook;
  readonly point: DecisionPoint;
  readonly stop: StopGuard;
}

/** Events of a period below which nothing is said about it. */
const FEWEST_EVENTS = 20;
const CONCERNS = 3;
/** Events of an entity that are looked at. */
const OF_ENTITY = 100;

type Tallies = Awaited<ReturnType<PeriodArchive["tallies"]>>;

/**
 * Where a tenant stands and what it should do first, from its archive and what Layers 5 and 6 expect. The same archive,
 * the same words of the layers and the same policy give the same answer; nothing in it is made up or carried out.
 */
export class Strategist {
  private readonly parts: StrategistParts;

  constructor(parts: StrategistParts) {
    this.parts = parts;
  }

  /**
   * @param about id of the request, for the log of decisions
   * @param now ms since 1970
   * @throws DbeError as ArchiveLookup
   */
  async answer({ horizon, objective }: StrategyQuestion, about: string, now: number): Promise<StrategyAnswer> {
    const { tenant, archive, outlook, point } = this.parts;
    const permissions = new Permissions(point, tenant, about);
    const empty = { period: null, posture: null, trends: [], concerns: [], priorities: [] };
    const answer = { tenant_id: tenant, horizon, objective, ...empty };
    try {
      await this.unlessStopped();
      // Without a policy not even the archive is asked.
      await permissions.open();
      const period = periodOf(horizon, now);
      const counted = await archive.tallies(period);
      const trends = trendsOf(counted.tallies, counted.whole);
      const found = { ...answer, period: told(period, counted), trends };
      if (found.period.events < FEWEST_EVENTS) {
        const reasons = [found.period.events === 0 ? "nothing_found" : "too_few_events"];
        return { ...found, result: "insufficient_evidence", reasons, policy: permissions.policy };
      }
      const [expected, work] = await Promise.all([outlook.expected(tenant, now), archive.openWork(period)]);
      const posture = postureOf({ trends, hours: period.hours, expected, work });
      const concerns = await this.concerns(period, counted, expected.entities);
      const priorities = await prioritiesOf({ objective, concerns, work, permissions });
      // The stop may have come while the archive and the policy were asked.
      await this.unlessStopped();
      const said = { ...found, posture, concerns, priorities };
      return { ...said, result: "strategy", reasons: [], policy: permissions.policy };
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

  private async concerns(
    period: Period,
    { tallies, whole }: Tallies,
    risky: readonly RiskyEntity[],
  ): Promise<Concern[]> {
    const { archive, lookup } = this.parts;
    const entities = await this.entities(period, risky);
    const comparable = whole && tallies.some(({ now }) => !now);
    const suspects = [...suspectsOf(tallies, comparable), ...entities.map(({ suspect }) => suspect)].sort(weightiest);
    const main = suspects.slice(0, CONCERNS);
    const keys = main.filter(({ kind }) => kind !== "entity").map(({ key }) => key);
    const evidence = await archive.evidence(period, keys);
    const concerns = main.map(async ({ key, ...suspect }, index): Promise<Concern> => {
      const own = entities.find((one) => one.suspect.key === key);
      if (own) return { rank: index + 1, ...suspect, subject: own.subject, evidence: own.evidence };
      const ids = evidence.get(key) ?? [];
      const events = ids.length === 0 ? [] : await lookup.judged(ids);
      return { rank: index + 1, ...suspect, subject: subjectOf(events), evidence: ids };
    });
    return Promise.all(concerns);
  }

  private async entities(period: Period, risky: readonly RiskyEntity[]): Promise<readonly EntityConcern[]> {
    const found: EntityConcern[] = [];
    for (const one of risky) {
      const subject = indicatorOfEntity(one.entity);
      if (!subject) continue;
      const sighting = await this.parts.lookup.indicator(subject, undefined, OF_ENTITY);
      const concern = entityConcern(one, subject, sighting, period);
      if (concern) found.push(concern);
    }
    return found;
  }
}

function told({ from, to }: Period, { tallies, whole }: Tallies): NonNullable<StrategyAnswer["period"]> {
  const events = tallies.filter(({ now }) => now).reduce((all, { count }) => all + count, 0);
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), events, whole };
}
