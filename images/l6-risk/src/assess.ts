import type { BatchModel } from "../../runtime/models/batch-model.ts";
import { type Entity, putEntityFeatures } from "../../runtime/models/features/entity-features.ts";
import type { ModelIdentity } from "../../runtime/models/manifest.ts";
import { noisyOr } from "../../runtime/noisy-or.ts";
import { scenariosOf } from "./scenarios.ts";

/** From these probabilities on an entity's risk is called so. */
export const ELEVATED_FROM = 0.15;
export const HIGH_FROM = 0.4;
/** Most entities that are told, and for how many of them scenarios are worked out. */
const TOLD = 20;
const PLANNED = 5;

export type RiskLevel = "LOW" | "ELEVATED" | "HIGH";

/** What would follow from something that has not happened. */
export interface Planned {
  readonly scenario: string;
  readonly device: number;
  readonly probability: number;
}

/** How probable an incident by one entity is, within the next hour. */
export interface EntityRisk {
  readonly entity: string;
  readonly probability: number;
  readonly level: RiskLevel;
  /** How often each class was seen of it within the last hour. */
  readonly seen: Readonly<Record<string, number>>;
  readonly scenarios: readonly Planned[];
}

/** The risk of a tenant at a moment. */
export interface Risk {
  /** That an incident begins by any entity, as if they were independent. */
  readonly probability: number;
  readonly level: RiskLevel;
  readonly entities_assessed: number;
  /** The riskiest first, from ELEVATED on. */
  readonly entities: readonly EntityRisk[];
  readonly model: ModelIdentity;
}

interface Named {
  readonly name: string;
  readonly entity: Entity;
}

/** Assesses entities; undefined where the model does not answer. */
export async function assess(entities: readonly Named[], now: number, model: BatchModel): Promise<Risk | undefined> {
  const probabilities = await ask(
    entities.map(({ entity }) => entity),
    now,
    model,
  );
  const identity = model.identity;
  if (!probabilities || !identity) return undefined;
  const ranked = entities
    .map((one, at) => ({ ...one, probability: probabilities[at] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
  const told: EntityRisk[] = [];
  for (const { name, entity, probability } of ranked.slice(0, TOLD)) {
    if (probability < ELEVATED_FROM) break;
    const scenarios = told.length < PLANNED ? await plan(entity, now, model) : [];
    told.push({ entity: name, probability, level: levelOf(probability), seen: seenOf(entity), scenarios });
  }
  const all = noisyOr(told.map(({ probability }) => probability));
  return {
    probability: all,
    level: levelOf(Math.max(0, ...told.map(({ probability }) => probability))),
    entities_assessed: entities.length,
    entities: told,
    model: identity,
  };
}

/** The probability of each scenario of an entity. */
export async function plan(entity: Entity, now: number, model: BatchModel): Promise<Planned[]> {
  const planned = scenariosOf(entity, now);
  const probabilities = await ask(
    planned.map((one) => one.entity),
    now,
    model,
  );
  if (!probabilities) return [];
  return planned.map(({ scenario: { name, device } }, at) => ({
    scenario: name,
    device,
    probability: probabilities[at] ?? 0,
  }));
}

/** A probability for each entity, to three places; none for none. */
export async function ask(entities: readonly Entity[], now: number, model: BatchModel): Promise<number[] | undefined> {
  if (entities.length === 0) return [];
  const answers = await model.ask(entities, (entity, out, at) => putEntityFeatures(entity, now, out, at));
  return answers && entities.map((_, at) => Math.round((answers.row(at)[0] ?? 0) * 1000) / 1000);
}

export function levelOf(probability: number): RiskLevel {
  return probability >= HIGH_FROM ? "HIGH" : probability >= ELEVATED_FROM ? "ELEVATED" : "LOW";
}

function seenOf({ traces }: Entity): Record<string, number> {
  const seen: Record<string, number> = {};
  for (const trace of traces) seen[trace.class] = (seen[trace.class] ?? 0) + 1;
  return seen;
}
