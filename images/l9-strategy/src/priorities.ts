import type { Objective } from "../../runtime/soc/coa.ts";
import type { Permissions } from "../../runtime/soc/permissions.ts";
import type { Concern, Priority } from "../../runtime/soc/strategy.ts";
import type { OpenWork } from "./period-archive.ts";
import { REMEDIES, type Remedy } from "./remedies.ts";

/** Priorities of an answer at most. */
const MOST = 5;
/** Refused proposals from which on the policy itself should be looked at, and open ones from which on they should. */
const MANY_REFUSALS = 10;

/** How much effect counts against calm; the rest is calm. */
const EFFECT: Readonly<Record<Objective, number>> = { balanced: 0.6, contain: 0.9, continuity: 0.3 };

type Draft = Omit<Priority, "rank" | "permitted" | "reasons" | "roe"> & { readonly level: Remedy["level"] };

/** What priorities are made from. */
export interface PriorityGrounds {
  readonly objective: Objective;
  readonly concerns: readonly Concern[];
  readonly work: OpenWork;
  readonly permissions: Permissions;
}

/**
 * What should be done first, each with the policy's word; what it does not allow stands last.
 * @throws NothingPermitted
 */
export async function prioritiesOf({ objective, concerns, work, permissions }: PriorityGrounds): Promise<Priority[]> {
  const drafts = [...concerns.flatMap((concern) => draftsFor(concern, objective)), ...ownWork(work)];
  const best = drafts.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, MOST);
  const judged = await Promise.all(best.map((draft) => judge(draft, permissions)));
  const ordered = [...judged.filter(({ permitted }) => permitted), ...judged.filter(({ permitted }) => !permitted)];
  return ordered.map((one, index) => ({ rank: index + 1, ...one }));
}

/** score = concern's weight × (e × effect + (1 − e) × (1 − disruption)) */
export function scoreOf({ effect, disruption }: Remedy, weight: number, objective: Objective): number {
  const e = EFFECT[objective];
  return Math.round(weight * (e * effect + (1 - e) * (1 - disruption)) * 1000) / 1000;
}

function draftsFor(concern: Concern, objective: Objective): Draft[] {
  const name = concern.kind === "entity" ? "entity" : concern.name;
  const own = REMEDIES.filter((remedy) => remedy.for.includes(name));
  const remedies = own.length > 0 ? own : REMEDIES.filter((remedy) => remedy.for.length === 0);
  return remedies.map((remedy) => {
    const { id, title, action, level } = remedy;
    const score = scoreOf(remedy, concern.weight, objective);
    const rationale = `${rationaleOf(concern)}; effect ${remedy.effect}, disruption ${remedy.disruption}: score ${score}`;
    return { id, title, score, concern: concern.rank, action, level, rationale, evidence: concern.evidence };
  });
}

/** Every figure in it is one that was counted or computed. */
function rationaleOf({ kind, name, count, before, severity, confidence, weight, subject }: Concern): string {
  const grown = before === null ? "" : `, ${before} in the period before`;
  const sure = kind === "entity" ? `incident probable by ${confidence}` : `confidence ${confidence}`;
  const by = subject ? `, most by ${subject.type} ${subject.value}` : "";
  return `${name}: ${count} events${grown}, gravest ${severity}, ${sure}, weight ${weight}${by}`;
}

function ownWork({ proposals, refusals }: OpenWork): Draft[] {
  const own = { concern: null, action: null, level: "ANALYSIS_ONLY", evidence: [] } as const;
  const drafts: Draft[] = [];
  if (proposals > 0) {
    const score = Math.min(1, proposals / 20) * 0.5;
    const rationale = `${proposals} proposals of the period wait for somebody's decision`;
    drafts.push({ ...own, id: "decide_proposals", title: "Decide on the open proposals", score, rationale });
  }
  if (refusals >= MANY_REFUSALS) {
    const rationale = `the policy refused ${refusals} proposals of the period`;
    drafts.push({
      ...own,
      id: "review_policy",
      title: "See whether the policy still says what is wanted",
      score: 0.2,
      rationale,
    });
  }
  return drafts;
}

async function judge({ level, ...draft }: Draft, permissions: Permissions): Promise<Omit<Priority, "rank">> {
  const [roe, action] = await Promise.all([
    permissions.level(level),
    draft.action === null ? { permitted: true, reasons: [] } : permissions.action(draft.action),
  ]);
  const reasons = [roe, action].filter(({ permitted }) => !permitted).flatMap((one) => one.reasons);
  return {
    ...draft,
    roe: { level, permitted: roe.permitted },
    permitted: roe.permitted && action.permitted,
    reasons: [...new Set(reasons)].sort(),
  };
}
