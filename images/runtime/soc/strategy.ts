import type { PolicyStamp } from "../policy/decision.ts";
import type { Severity } from "../severity.ts";
import { OBJECTIVES, type Objective, type RoeLevel } from "./coa.ts";
import { EnrichmentError, type Indicator, objectOf } from "./enrichment.ts";

/** Periods that a strategy can look back on, in hours. */
export const HORIZONS = { "24h": 24, "7d": 7 * 24 } as const;
export type Horizon = keyof typeof HORIZONS;

/** Levels of posture, calmest first. */
export const POSTURES = ["NORMAL", "GUARDED", "ELEVATED", "SEVERE"] as const;
export type PostureLevel = (typeof POSTURES)[number];

/** Largest question, bytes. */
export const MAX_STRATEGY_BYTES = 1024;

/** Where does the tenant stand? Payload of L9_COA_REQ to device 60, as JSON. */
export interface StrategyQuestion {
  readonly horizon: Horizon;
  readonly objective: Objective;
}

/** A number that the posture comes from. */
export interface PostureInput {
  readonly name: "grave_events" | "threat_share" | "threat_growth" | "risk" | "forecast" | "open_proposals";
  /** As it was counted or told; null where nothing is known. */
  readonly value: number | null;
  /** What it adds, 0 to 1. */
  readonly weight: number;
}

/** How many there were, against the period before. */
export interface Trend {
  /** `events`, `threats`, `grave`, or a class of Layer 4. */
  readonly signal: string;
  readonly now: number;
  readonly before: number;
  /** (now − before) / (now + before), −1 to 1; null where it says nothing. */
  readonly growth: number | null;
  readonly direction: "RISING" | "STEADY" | "FALLING" | "UNCLEAR";
}

/** Something to be concerned about. */
export interface Concern {
  readonly rank: number;
  /** A class of Layer 4, a category of grave events without one, or an entity that Layer 6 warns of. */
  readonly kind: "class" | "category" | "entity";
  readonly name: string;
  /** 0 to 1 */
  readonly weight: number;
  readonly count: number;
  /** Of the period before; null of an entity. */
  readonly before: number | null;
  readonly severity: Severity;
  /** Layer 4's highest; Layer 6's probability of an entity. */
  readonly confidence: number;
  /** What most of the evidence names. */
  readonly subject: Indicator | null;
  /** Ids of events, gravest and newest first. */
  readonly evidence: readonly string[];
}

/** What should be done first, and what the tenant's policy says of it. Nothing does it. */
export interface Priority {
  readonly rank: number;
  readonly id: string;
  readonly title: string;
  /** 0 to 1 */
  readonly score: number;
  /** Rank of the concern that it is about; null where it is about the tenant's own work. */
  readonly concern: number | null;
  readonly action: string | null;
  readonly roe: { readonly level: RoeLevel; readonly permitted: boolean };
  readonly permitted: boolean;
  /** Why not: codes of docs/policy.md. */
  readonly reasons: readonly string[];
  readonly rationale: string;
  readonly evidence: readonly string[];
}

/** Answer of device 60. Payload of L9_COA_RESP, as JSON. */
export interface StrategyAnswer {
  readonly tenant_id: string;
  /** `refused`: nothing may be said, `reasons` say why. */
  readonly result: "strategy" | "insufficient_evidence" | "refused";
  readonly reasons: readonly string[];
  readonly horizon: Horizon;
  readonly objective: Objective;
  /** RFC 3339 in UTC; `to` is not within it. The period before ends where it begins and is as long. */
  readonly period: {
    readonly from: string;
    readonly to: string;
    readonly events: number;
    readonly whole: boolean;
  } | null;
  readonly posture: {
    readonly level: PostureLevel;
    readonly score: number;
    readonly inputs: readonly PostureInput[];
  } | null;
  readonly trends: readonly Trend[];
  readonly concerns: readonly Concern[];
  readonly priorities: readonly Priority[];
  readonly policy: PolicyStamp | null;
}

/**
 * Reads a question that came from outside.
 * @throws EnrichmentError
 */
export function parseStrategyQuestion(body: unknown): StrategyQuestion {
  const { horizon, objective = "balanced" } = objectOf(body, ["horizon", "objective"], null);
  if (typeof horizon !== "string" || !Object.hasOwn(HORIZONS, horizon)) {
    throw new EnrichmentError(`\`horizon\` is none of ${Object.keys(HORIZONS).join(", ")}.`, "horizon");
  }
  const known = OBJECTIVES.find((one) => one === objective);
  if (!known) throw new EnrichmentError(`\`objective\` is none of ${OBJECTIVES.join(", ")}.`, "objective");
  return { horizon: horizon as Horizon, objective: known };
}
