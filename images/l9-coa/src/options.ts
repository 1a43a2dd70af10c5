import type { JudgedEvent } from "../../runtime/soc/archive-lookup.ts";
import type { CoaAction, CoaOption, RoeLevel } from "../../runtime/soc/coa.ts";
import type { Permission, Permissions } from "../../runtime/soc/permissions.ts";
import type { Course } from "./courses.ts";
import type { Targets } from "./evidence.ts";
import type { ScoredCourse } from "./score.ts";
import type { Situation } from "./situation.ts";

/** Options of an answer. */
const OPTIONS = 3;
/** Ids that an option cites at most. */
const CITED = 10;

/** What options are made from. */
export interface Grounds {
  readonly situation: Situation;
  readonly targets: Targets;
  /** Newest first. */
  readonly events: readonly JudgedEvent[];
  readonly permissions: Permissions;
}

type Judged = ScoredCourse & {
  readonly actions: readonly CoaAction[];
  readonly roe: Permission & { readonly level: RoeLevel };
};

/** What tells people needs no more than analysis; every other action is help to the defence. */
const roeLevelOf = ({ actions }: Course): RoeLevel =>
  actions.every(({ action }) => action === "ALERT_ONLY") ? "ANALYSIS_ONLY" : "SOC_ASSIST";

/**
 * The three best courses, with what the policy says of each action; those that it does not allow stand last. Where it
 * allows none of the three, the best course that it does allow takes the place of the third.
 * @param scored best first
 * @throws NothingPermitted
 */
export async function chooseOptions(scored: readonly ScoredCourse[], grounds: Grounds): Promise<CoaOption[]> {
  const judged = await Promise.all(scored.slice(0, OPTIONS).map((one) => judge(one, grounds)));
  if (!judged.some(isPermitted)) {
    for (const one of scored.slice(OPTIONS)) {
      const next = await judge(one, grounds);
      if (!isPermitted(next)) continue;
      judged.splice(OPTIONS - 1, 1, next);
      break;
    }
  }
  const ranked = [...judged.filter(isPermitted), ...judged.filter((one) => !isPermitted(one))];
  return ranked.map((one, index) => optionOf(one, index + 1, grounds));
}

const isPermitted = ({ actions, roe }: Judged): boolean => roe.permitted && actions.every(({ permitted }) => permitted);

async function judge(scored: ScoredCourse, { targets, permissions }: Grounds): Promise<Judged> {
  const actions = scored.course.actions.map(async ({ action, target }): Promise<CoaAction> => {
    const aim = target === null ? undefined : targets[target];
    return { action, target: aim ? { type: aim.type, value: aim.value } : null, ...(await permissions.action(action)) };
  });
  const level = roeLevelOf(scored.course);
  const [roe, ...judged] = await Promise.all([permissions.level(level), ...actions]);
  return { ...scored, roe: { level, ...roe }, actions: judged };
}

function optionOf(judged: Judged, rank: number, grounds: Grounds): CoaOption {
  const { course, score, actions, roe } = judged;
  const refused = [roe, ...actions].filter(({ permitted }) => !permitted).flatMap(({ reasons }) => reasons);
  return {
    rank,
    id: course.id,
    title: course.title,
    score,
    permitted: isPermitted(judged),
    roe: { level: roe.level, permitted: roe.permitted },
    reasons: [...new Set(refused)].sort(),
    rationale: rationaleOf(judged, grounds),
    expected_effect: filled(course.effect, actions),
    risk: { level: levelOf(course.disruption), text: course.risk },
    reversibility: { level: undoLevelOf(course.reversibility), text: course.undo },
    evidence: evidenceOf(course, grounds),
    actions,
  };
}

/** Every figure in it is one that was computed or counted. */
function rationaleOf({ course, fit, score }: Judged, { situation }: Grounds): string {
  const { count, severity, classes, threat } = situation;
  const named = classes.map((one) => `${one.class} (confidence ${one.confidence})`).join(", ");
  return [
    `${count} ${count === 1 ? "event" : "events"}, gravest ${severity}`,
    named === "" ? "Layer 4 names no threat" : `Layer 4 says ${named}`,
    `threat ${threat}`,
    `fit ${fit}, disruption ${course.disruption}, reversibility ${course.reversibility}: score ${score}`,
  ].join("; ");
}

/** Events that name a target of the course; where it has none, all. */
function evidenceOf({ actions }: Course, { targets, events }: Grounds): string[] {
  const aims = actions.flatMap(({ target }) => (target === null ? [] : (targets[target]?.events ?? [])));
  const ids = aims.length > 0 ? aims : events.map(({ event_id }) => event_id);
  return [...new Set(ids)].slice(0, CITED);
}

function filled(text: string, actions: readonly CoaAction[]): string {
  return actions.reduce(
    (all, { target }) => (target ? all.replaceAll(`{${target.type}}`, () => target.value) : all),
    text,
  );
}

const levelOf = (disruption: number) => (disruption < 0.25 ? "LOW" : disruption < 0.6 ? "MEDIUM" : "HIGH");
const undoLevelOf = (reversibility: number) =>
  reversibility === 1 ? "FULL" : reversibility >= 0.5 ? "PARTIAL" : "LIMITED";
