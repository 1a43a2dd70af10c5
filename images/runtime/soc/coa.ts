import type { ROE_LEVELS } from "../dbe/codec/constants.ts";
import type { Severity } from "../severity.ts";
import { type Enrichment, EnrichmentError, type Indicator, objectOf, parseSubject } from "./enrichment.ts";

/** What matters most to who asks: it shifts the weights of the score (docs/l9.md). */
export const OBJECTIVES = ["balanced", "contain", "continuity"] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** Levels of engagement, as the policy names them. */
export type RoeLevel = keyof typeof ROE_LEVELS;

/** Largest question, bytes. */
export const MAX_COA_BYTES = 4096;

/** What could be done about an event or an incident? Payload of L9_COA_REQ, as JSON. */
export interface CoaQuestion extends Omit<Enrichment, "limit"> {
  readonly objective: Objective;
}

/** Something that an action is aimed at, as events name it. */
export interface Target {
  readonly type: "ip" | "domain" | "user" | "host" | "file" | "process";
  readonly value: string;
}

/** One action of an option, and what the tenant's policy says of it. Nothing takes it: it is a proposal. */
export interface CoaAction {
  readonly action: string;
  readonly target: Target | null;
  readonly permitted: boolean;
  /** Codes of docs/policy.md. */
  readonly reasons: readonly string[];
}

/** One course of action. */
export interface CoaOption {
  readonly rank: number;
  readonly id: string;
  readonly title: string;
  /** 0 to 1 */
  readonly score: number;
  /** Whether the policy allows all of its actions, and the level that they need. */
  readonly permitted: boolean;
  /** Level of engagement that it needs, and whether the tenant holds it. */
  readonly roe: { readonly level: RoeLevel; readonly permitted: boolean };
  /** Why not: codes of docs/policy.md. */
  readonly reasons: readonly string[];
  /** The figures that the score comes from. */
  readonly rationale: string;
  readonly expected_effect: string;
  readonly risk: { readonly level: "LOW" | "MEDIUM" | "HIGH"; readonly text: string };
  readonly reversibility: { readonly level: "FULL" | "PARTIAL" | "LIMITED"; readonly text: string };
  /** Ids of events that speak for it. */
  readonly evidence: readonly string[];
  readonly actions: readonly CoaAction[];
}

/** Answer of device 59. Payload of L9_COA_RESP, as JSON. */
export interface CoaAnswer {
  readonly tenant_id: string;
  /** `refused`: nothing may be proposed, `reasons` say why. */
  readonly result: "options" | "insufficient_evidence" | "refused";
  readonly reasons: readonly string[];
  readonly objective: Objective;
  readonly indicator: Indicator | null;
  /** What was found, and how grave it is; null where nothing was. */
  readonly situation: {
    readonly count: number;
    readonly severity: Severity;
    readonly classes: readonly { readonly class: string; readonly confidence: number }[];
    readonly first_seen: string;
    readonly last_seen: string;
    /** 0 to 1 */
    readonly threat: number;
  } | null;
  /** Best first; those that the policy does not allow stand last. */
  readonly options: readonly CoaOption[];
  /** Which policy decided. */
  readonly policy: { readonly version: number; readonly bundle: string } | null;
}

/**
 * Reads a question that came from outside.
 * @throws EnrichmentError
 */
export function parseCoaQuestion(body: unknown): CoaQuestion {
  const fields = objectOf(body, ["event_id", "indicator", "objective"], null);
  const { objective = "balanced" } = fields;
  const known = OBJECTIVES.find((one) => one === objective);
  if (!known) throw new EnrichmentError(`\`objective\` is none of ${OBJECTIVES.join(", ")}.`, "objective");
  return { ...parseSubject(fields), objective: known };
}
