import { createHash } from "node:crypto";
import type { AttemptResult, Layer, Verdict } from "./types.ts";

/** What was proven, when and for which manifest. */
export interface IsolationReport {
  readonly format: "dsmil isolation report v1";
  readonly fleet: string;
  /** RFC 3339 */
  readonly startedAt: string;
  readonly seconds: number;
  /** SHA-256 of the manifest's bytes, hex. */
  readonly manifestSha256: string;
  readonly tenants: readonly string[];
  /** The layers that were tried; absent: all. */
  readonly only?: readonly Layer[];
  readonly summary: Summary;
  readonly attempts: readonly AttemptResult[];
}

export interface Summary {
  readonly passed: boolean;
  readonly attempts: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly layers: Readonly<Partial<Record<Layer, Readonly<Record<Verdict, number>>>>>;
}

const VERDICTS: readonly Verdict[] = ["refused", "leak", "wrong_refusal", "inconclusive", "error"];

export interface ReportFacts {
  readonly fleet: string;
  readonly manifest: string | Uint8Array;
  readonly tenants: readonly string[];
  readonly only?: readonly Layer[] | undefined;
  readonly startedAt: Date;
  readonly seconds: number;
}

export function makeReport(facts: ReportFacts, attempts: readonly AttemptResult[]): IsolationReport {
  const { fleet, manifest, tenants, only, startedAt, seconds } = facts;
  return {
    format: "dsmil isolation report v1",
    fleet,
    startedAt: startedAt.toISOString(),
    seconds: Math.round(seconds * 1000) / 1000,
    manifestSha256: createHash("sha256").update(manifest).digest("hex"),
    tenants,
    ...(only && { only }),
    summary: summarize(attempts),
    attempts,
  };
}

/** Counts by verdict, whole and by layer. A proof without attempts proves nothing. */
export function summarize(attempts: readonly AttemptResult[]): Summary {
  const layers: Partial<Record<Layer, Record<Verdict, number>>> = {};
  const verdicts = noVerdicts();
  for (const { layer, verdict } of attempts) {
    layers[layer] ??= noVerdicts();
    layers[layer][verdict] += 1;
    verdicts[verdict] += 1;
  }
  return {
    passed: attempts.length > 0 && verdicts.refused === attempts.length,
    attempts: attempts.length,
    verdicts,
    layers,
  };
}

function noVerdicts(): Record<Verdict, number> {
  return Object.fromEntries(VERDICTS.map((v) => [v, 0])) as Record<Verdict, number>;
}
