import type { Objective } from "../../runtime/soc/coa.ts";
import { COURSES, type Course } from "./courses.ts";
import type { Targets } from "./evidence.ts";
import type { Situation } from "./situation.ts";

/** A course with what speaks for it. */
export interface ScoredCourse {
  readonly course: Course;
  /** 0 to 1, three places. */
  readonly score: number;
  /** Of the class that it fits best. */
  readonly fit: number;
}

interface Weights {
  readonly effect: number;
  readonly calm: number;
  readonly undo: number;
}

/** What counts how much; each sums up to 1. */
export const WEIGHTS: Readonly<Record<Objective, Weights>> = {
  balanced: { effect: 0.5, calm: 0.3, undo: 0.2 },
  contain: { effect: 0.75, calm: 0.15, undo: 0.1 },
  continuity: { effect: 0.3, calm: 0.5, undo: 0.2 },
};

/**
 * Courses that the evidence has targets for, best first:
 * score = effect × fit × threat + calm × (1 − disruption × (1 − threat)) + undo × reversibility.
 * The graver the threat, the more a course may do good and the less its disruption weighs.
 */
export function scoreCourses(situation: Situation, targets: Targets, objective: Objective): ScoredCourse[] {
  const weights = WEIGHTS[objective];
  return COURSES.filter(({ actions }) => actions.every(({ target }) => target === null || targets[target]))
    .map((course) => scored(course, situation, weights))
    .sort((a, b) => b.score - a.score);
}

function scored(course: Course, { classes, threat }: Situation, { effect, calm, undo }: Weights): ScoredCourse {
  const fits = classes.map(({ class: name }) => (Object.hasOwn(course.fit, name) ? course.fit[name] : undefined));
  const fit = Math.max(
    ...fits.map((one) => one ?? course.fit.otherwise),
    classes.length === 0 ? course.fit.otherwise : 0,
  );
  const score = effect * fit * threat + calm * (1 - course.disruption * (1 - threat)) + undo * course.reversibility;
  return { course, fit, score: Math.round(score * 1000) / 1000 };
}
