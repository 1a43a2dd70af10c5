import type { Model } from "../model/types.ts";

/** How a criterion stands: it holds, it does not, or nothing at hand says so. */
export type Verdict = "pass" | "fail" | "open";

/** What was found, in one line, and what to do where it is no pass. */
export interface Finding {
  readonly verdict: Verdict;
  readonly evidence: string;
  readonly remedy?: string;
}

/** One exit criterion of Phase 5. */
export interface Criterion {
  readonly section: Section;
  /** Short, for a table. */
  readonly what: string;
  judge(facts: Facts): Finding;
}

/** Sections of the exit criteria, in their order. */
export const SECTIONS = [
  "Multi-node deployment",
  "Tenant isolation",
  "SLOs and monitoring",
  "Horizontal scaling",
  "Fault tolerance",
  "Security",
] as const;
export type Section = (typeof SECTIONS)[number];

/** What was asked of the fleet: an answer, or why there is none. */
export type Known<T> = { readonly value: T } | { readonly problem: string };

/** A container as the engine has it. */
export interface Kept {
  readonly name: string;
  readonly service: string;
  readonly node: string;
  readonly healthy: boolean;
  /** The engine's restart policy: `always`, `unless-stopped`, `no` …; absent where the engine did not say. */
  readonly restart?: string;
  /** Absent where the engine did not say. */
  readonly healthCheck?: boolean;
}

/** A signed report, or a drill's, as it lies on this machine. */
export interface Proof {
  readonly file: string;
  /** RFC 3339 */
  readonly at: string;
  readonly passed: boolean;
  /** Whether it is of this fleet: of isolation, signed by it and of the manifest at hand; of drills, of its name, nodes and tenants. */
  readonly current: boolean;
  readonly count: number;
  readonly tenants: readonly string[];
}

/** What PostgreSQL says of itself. */
export interface PostgresFacts {
  /** `on`, `off` or `always`. */
  readonly archiveMode: string;
  /** Tables of tenants. */
  readonly tables: number;
  /** Those of them without row-level security that binds their owner, too. */
  readonly unprotected: readonly string[];
}

/** What is known of a running fleet. */
export interface Facts {
  readonly model: Model;
  readonly now: Date;
  readonly containers: Known<readonly Kept[]>;
  readonly targets: Known<readonly { readonly job: string; readonly up: boolean; readonly name: string }[]>;
  /** Names of the alerts that Prometheus knows. */
  readonly alerts: Known<readonly string[]>;
  /** Alertmanagers that Prometheus tells. */
  readonly alertmanagers: Known<number>;
  /** Layer → p99 in seconds over five minutes, where it had requests. */
  readonly latency: Known<Readonly<Record<string, number>>>;
  readonly redis: Known<Readonly<Record<string, string>>>;
  readonly postgres: Known<PostgresFacts>;
  /** Tenant → status of `GET /v1/models` with its key. */
  readonly front: Known<Readonly<Record<string, number>>>;
  readonly isolation: Known<Proof>;
  readonly drill: Known<Proof>;
}
