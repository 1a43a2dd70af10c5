import type { ModelIdentity } from "./models/manifest.ts";
import type { Severity } from "./severity.ts";

/** A value JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Layer 3: how urgent one line is by itself. */
export interface L3Result {
  /** 0 (nothing) to 1 (certain). */
  readonly score: number;
  readonly decision: "PASS" | "REVIEW" | "ALERT";
  /** Ids of the rules that fired, strongest first: explanations, and the score itself where there is no model. */
  readonly rules: readonly string[];
  /** The model that made the score; absent where the rules did. */
  readonly model?: ModelIdentity;
}

/** Layer 4: what kind of thing it is. */
export interface L4Result {
  readonly class: string;
  /** 0 to 1 */
  readonly confidence: number;
  /** Ids of the evidence that spoke for the class, strongest first. */
  readonly evidence: readonly string[];
  /** Other classes that it may be, likeliest first. */
  readonly alternatives: readonly { readonly class: string; readonly confidence: number }[];
  /** The model that named the class; absent where the rules did. */
  readonly model?: ModelIdentity;
}

/** Layer 8, device 52: the fused verdict. */
export interface L8Result {
  readonly device: number;
  /** Severity before SHRINK was taken into account. */
  readonly severity_before: Severity;
  readonly severity: Severity;
  /** Why the severity was raised: `shrink_crisis`, `shrink_acute_stress`. */
  readonly escalations: readonly string[];
  /** False while Layer 4 has not spoken within the join window. */
  readonly complete: boolean;
}

/** Layer 8, devices 51, 54, 55 and 57: what an entry of their own is about. Only what they found has it. */
export interface L8Enrichment {
  /** Of device 51: `LAYER_DISCREPANCY`, `POSSIBLE_LOG_TAMPER`. */
  readonly advml_flags?: readonly string[];
  /** Of devices 54, 55 and 57: `INTEL_MATCH`, `UNUSUAL_LOGIN`, `BEACON` … */
  readonly signal_flags?: readonly string[];
  /** Id of the event, or name of the row, that the flags are about. */
  readonly about: string;
  /** What led to a signal flag: names and figures. */
  readonly facts?: { readonly [key: string]: Json | undefined };
  /** Layer 3's score, 0 to 1. */
  readonly l3_score?: number;
  /** How much of a threat Layer 4 holds it for, 0 to 1. */
  readonly l4_threat?: number;
}

/** One event as every stream carries it, in the field `event` (Phase 1 data fabric). */
export interface DsmilEvent {
  /** UUID given at ingest; the same through all layers and the archive's key. */
  readonly event_id: string;
  readonly tenant_id: string;
  /** When it happened, RFC 3339. */
  readonly ts: string;
  readonly source_device: number;
  readonly source_layer: number;
  /** `AUTH`, `NETWORK` … */
  readonly category: string;
  readonly severity: Severity;
  readonly payload: { readonly [key: string]: Json | undefined };
  readonly l3?: L3Result;
  readonly l4?: L4Result;
  readonly l8?: L8Result;
  readonly l8_enrichment?: L8Enrichment;
}
