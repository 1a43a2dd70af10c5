import type { Officers } from "../dbe/officers/officers.ts";
import type { CheckResult } from "../health.ts";
import type { Log } from "../log.ts";
import { type Queries, readStopState } from "./stop-state.ts";

/** Why nothing may be proposed now. */
export type Frozen = "emergency_stop" | "emergency_state_unreadable";

export interface StopGuardParts {
  /** With short statements: whoever asks waits. */
  readonly pool: Queries;
  readonly schema: string;
  /** Upper-case id. */
  readonly tenant: string;
  /** As they are now. */
  readonly officers: () => Officers;
  readonly log: Log;
}

/** What a service asks before it proposes anything. A state that cannot be read is a stop. */
export class StopGuard {
  private readonly parts: StopGuardParts;
  private last: Frozen | "running" | "not asked yet" = "not asked yet";

  constructor(parts: StopGuardParts) {
    this.parts = parts;
  }

  /** For /health. */
  check(): CheckResult {
    return { value: this.last, ok: this.last === "running" || this.last === "not asked yet" };
  }

  /** Why nothing may be proposed; undefined where something may. Never throws. */
  async why(): Promise<Frozen | undefined> {
    const { pool, schema, tenant, officers, log } = this.parts;
    let now: Frozen | undefined;
    try {
      const state = await readStopState(pool, schema, tenant, officers());
      now = state.stopped ? "emergency_stop" : undefined;
    } catch (error) {
      now = "emergency_state_unreadable";
      if (this.last !== now)
        log.error({ reason: (error as Error).message }, "emergency state not read; nothing is proposed");
    }
    const told = now ?? "running";
    if (told !== this.last) log.warn({ audit: true, emergency: told }, "emergency state");
    this.last = told;
    return now;
  }
}
