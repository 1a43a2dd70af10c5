import { SEVERITIES, type Severity } from "../../severity.ts";

/** How long an event of an entity counts, milliseconds. */
export const MEMORY_MS = 3_600_000;
/** What counts as just now. */
const RECENT_MS = 600_000;

/** What is remembered of an event about the entity that it is about. */
export interface Trace {
  /** ms since 1970 */
  readonly at: number;
  /** Layer 4's class. */
  readonly class: string;
  readonly severity: Severity;
  /** Layer 3's score. */
  readonly score: number;
  /** Whom it was aimed at, shortened; "" where that is not known. */
  readonly target: string;
  /** A login that succeeded. */
  readonly entered: boolean;
}

/** Classes by how far into an attack they lie; a class that is not listed is at 0. */
const STAGES: Readonly<Record<string, number>> = {
  POLICY: 0,
  RECON: 1,
  BRUTE_FORCE: 2,
  EXPLOIT: 3,
  PRIVILEGE_ESCALATION: 4,
  MALWARE_C2: 5,
  EXFILTRATION: 6,
};
const COUNTED = ["BENIGN", ...Object.keys(STAGES)];

/** Names of the features of an entity, in their order: feature set `entity-v1`. */
export const ENTITY_FEATURES: readonly string[] = [
  ...COUNTED.map((name) => `hour_${name.toLowerCase()}`),
  ...COUNTED.map((name) => `recent_${name.toLowerCase()}`),
  "targets",
  "classes",
  "score_highest",
  "score_mean",
  "severity_highest",
  "stage_highest",
  "stage_recent",
  "stages_climbed",
  "entered",
  "entered_after_failures",
  "since_first",
  "since_last",
  "inside",
  "unusual",
];

/** An entity at a moment. */
export interface Entity {
  /** Its events, oldest first; those older than {@link MEMORY_MS} do not count. */
  readonly traces: readonly Trace[];
  /** Whether it is one of the organisation's own. */
  readonly inside: boolean;
  /** By how much the tenant's alerts exceed what was forecast, 0 (not) to 1 (tenfold and more). */
  readonly unusual: number;
}

/** Writes the features of an entity to `out` from `offset` on; zeros must be there. */
export function putEntityFeatures(entity: Entity, now: number, out: Float32Array, offset: number): void {
  const traces = entity.traces.filter(({ at }) => at <= now && now - at < MEMORY_MS);
  const recent = traces.filter(({ at }) => now - at < RECENT_MS);
  const counts = [traces, recent].flatMap((part) =>
    COUNTED.map((name) => Math.log1p(part.filter((trace) => trace.class === name).length) / 5),
  );
  const stages = traces.map((trace) => STAGES[trace.class] ?? 0);
  const entered = traces.findIndex((trace) => trace.entered);
  const failures = traces.slice(0, Math.max(0, entered)).filter((trace) => trace.class === "BRUTE_FORCE").length;
  const first = traces[0]?.at ?? now;
  out.set(
    [
      ...counts,
      Math.min(1, new Set(traces.map(({ target }) => target)).size / 20),
      new Set(traces.map((trace) => trace.class)).size / COUNTED.length,
      highest(traces.map(({ score }) => score)),
      traces.reduce((sum, { score }) => sum + score, 0) / Math.max(1, traces.length),
      highest(traces.map(({ severity }) => SEVERITIES.indexOf(severity) / 4)),
      highest(stages) / 6,
      highest(recent.map((trace) => STAGES[trace.class] ?? 0)) / 6,
      climbs(stages) / 6,
      entered >= 0 ? 1 : 0,
      Math.min(1, Math.log1p(failures) / 5),
      (now - first) / MEMORY_MS,
      (now - (traces.at(-1)?.at ?? now)) / MEMORY_MS,
      entity.inside ? 1 : 0,
      Math.max(0, Math.min(1, entity.unusual)),
    ],
    offset,
  );
}

/** How often a stage was reached that lies beyond all before it. */
function climbs(stages: readonly number[]): number {
  let reached = 0;
  let count = 0;
  for (const stage of stages) {
    if (stage > reached) count += 1;
    reached = Math.max(reached, stage);
  }
  return count;
}

function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
