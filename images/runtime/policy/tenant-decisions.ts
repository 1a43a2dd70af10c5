import { mkdir } from "node:fs/promises";
import type pg from "pg";
import { Backoff } from "../backoff.ts";
import type { TenantService } from "../tenant-service.ts";
import { DecisionPoint } from "./decision-point.ts";
import type { Policy } from "./policy.ts";
import { type PolicyConfig, policyPlace } from "./policy-config.ts";
import { PolicyWatcher } from "./policy-watcher.ts";
import { PostgresDecisionLog } from "./postgres-decision-log.ts";

/** Time that writing decisions may take, ms: whoever asked waits for it. */
export const DECISION_STATEMENT_MS = 3000;

export interface TenantDecisionsParts {
  readonly service: TenantService;
  readonly policy: PolicyConfig;
  /** As the tenant's `_app`, with statements of {@link DECISION_STATEMENT_MS} at most. */
  readonly pool: pg.Pool;
  /** `dsmil_alpha` */
  readonly schema: string;
}

/** How a tenant's service asks its policy. */
export interface TenantDecisions {
  readonly point: DecisionPoint;
  /** The policy in force. */
  readonly current: () => Policy | undefined;
}

/**
 * A tenant's policy and its log of decisions in one service: the policy is read now, then watched until the service stops;
 * both show in /health, and the service does not count as started before each was there once.
 */
export async function tenantDecisions(parts: TenantDecisionsParts): Promise<TenantDecisions> {
  const { service, policy, pool, schema } = parts;
  const { log, health, signal, config } = service;
  const { tenant, service: name, device } = config.identity;
  const watcher = new PolicyWatcher(policyPlace(policy, tenant), log);
  const decisions = new PostgresDecisionLog({ pool, schema, writer: `${name}-${tenant.toLowerCase()}`, log });
  // Where it cannot be made, no policy comes in force, and the watcher says why.
  if (policy.stateFolder !== undefined) {
    await mkdir(policy.stateFolder, { recursive: true, mode: 0o700 }).catch(() => undefined);
  }
  await watcher.look();
  health.add({ name: "policy", weight: "first", read: () => watcher.check() });
  health.add({ name: "decision_log", weight: "first", read: () => decisions.check() });
  service.loop(watcher.run(policy.pollMs, signal));
  service.loop(opened(decisions, signal));
  const current = (): Policy | undefined => watcher.current;
  const policyOf = (asked: string): Policy | undefined => (asked === tenant ? current() : undefined);
  return { point: new DecisionPoint({ policyOf, log: decisions, device }), current };
}

/** Until the log was reached once; later failures are those of the decisions that meet them. */
async function opened(decisions: PostgresDecisionLog, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff(100, 5000);
  while (!signal.aborted) {
    try {
      return await decisions.open();
    } catch {
      await backoff.wait(signal);
    }
  }
}
