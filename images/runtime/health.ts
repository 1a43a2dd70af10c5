import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import type { Identity } from "./identity.ts";

/** What one check found: a value for the report, and whether it is good. */
export interface CheckResult {
  readonly value: string | number | boolean;
  readonly ok: boolean;
}

/** A named check; it must be cheap and must not throw. */
export interface Check {
  readonly name: string;
  /**
   * How much a failure weighs. `critical`: the service is offline. `warning`: it works on, degraded. `first`:
   * critical until it has passed once, a warning afterwards; for a store whose outage the service bridges, but
   * without which it must not count as started.
   */
  readonly weight: "critical" | "warning" | "first";
  readonly read: () => CheckResult;
}

export type HealthStatus = "healthy" | "degraded" | "unhealthy";

/** The answer of /health (Phase 9 §4.2). */
export interface HealthReport {
  readonly status: HealthStatus;
  readonly device_id: number;
  readonly layer: number;
  readonly checks: Readonly<Record<string, string | number | boolean>>;
  readonly last_check_timestamp: string;
}

/** Share of the container's memory, percent, from which the service counts as degraded. */
const MEMORY_WARNING = 92;

/** The health of one service: its checks, and whether it is being drained. */
export class Health {
  private readonly identity: Identity;
  private readonly checks: Check[] = [memoryCheck()];
  private readonly passed = new Set<string>();
  private draining = false;

  constructor(identity: Identity) {
    this.identity = identity;
  }

  add(check: Check): void {
    this.checks.push(check);
  }

  /** From now on unhealthy: balancers and gates send nothing more. */
  drain(): void {
    this.draining = true;
  }

  get isDraining(): boolean {
    return this.draining;
  }

  /** Each check's name, and whether it is good. */
  results(): ReadonlyMap<string, boolean> {
    return new Map(this.checks.map(({ name, read }) => [name, read().ok]));
  }

  report(now = new Date()): HealthReport {
    let status: HealthStatus = this.draining ? "unhealthy" : "healthy";
    const values: Record<string, string | number | boolean> = this.draining ? { draining: true } : {};
    for (const { name, weight, read } of this.checks) {
      const { value, ok } = read();
      values[name] = value;
      if (ok) this.passed.add(name);
      else if (weight === "critical" || (weight === "first" && !this.passed.has(name))) status = "unhealthy";
      else if (status === "healthy") status = "degraded";
    }
    return {
      status,
      device_id: this.identity.device,
      layer: this.identity.layer,
      checks: values,
      last_check_timestamp: now.toISOString(),
    };
  }
}

/** Memory the process cannot give back, against the container's limit or, without one, the machine's memory. */
function memoryCheck(): Check {
  const limit = process.constrainedMemory() || totalmem();
  return {
    name: "memory_usage_percent",
    weight: "warning",
    read: () => {
      const value = Math.round((anonymousBytes() / Math.min(limit, totalmem())) * 100);
      return { value, ok: value < MEMORY_WARNING };
    },
  };
}

/** Pages of the program file, which `rss` counts too, can be dropped and do not fill the container. */
function anonymousBytes(): number {
  try {
    const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kib) return Number(kib) * 1024;
  } catch {
    // No procfs: the next best figure.
  }
  return process.memoryUsage.rss();
}
