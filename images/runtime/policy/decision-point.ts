import { type Decision, type PolicyRequest, refusal } from "./decision.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { Policy } from "./policy.ts";
import { requestText } from "./request-text.ts";

const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;
const MAX_ABOUT = 128;

/** What a decision point works with. */
export interface DecisionPointParts {
  /** The policy in force for a tenant (`ALPHA`): of a `PolicyWatcher` or of `TenantPolicies`. */
  readonly policyOf: (tenant: string) => Policy | undefined;
  readonly log: DecisionLog;
  /** Device that asks. */
  readonly device: number;
  /** ms since 1970. */
  readonly now?: () => number;
}

/**
 * The one way by which a service asks whether it may: decides by the tenant's policy and keeps a record of it. Refuses
 * without a policy (`no_policy`), and what it cannot keep a record of (`not_recorded`).
 */
export class DecisionPoint {
  private readonly parts: DecisionPointParts;

  constructor(parts: DecisionPointParts) {
    this.parts = parts;
  }

  /** @param about id of the event or the request it is for */
  async decide(request: PolicyRequest, about?: string): Promise<Decision> {
    const { log, policyOf, device, now = Date.now } = this.parts;
    const { tenant } = request;
    // There is no one in whose log this could stand.
    if (typeof tenant !== "string" || !TENANT.test(tenant)) return refusal(request.decision, "input_malformed", null);
    const begun = process.hrtime.bigint();
    const answer = policyOf(tenant)?.decide(request) ?? refusal(request.decision, "no_policy", null);
    const micros = Number((process.hrtime.bigint() - begun) / 1000n);
    try {
      const record = await log.append({
        ts: new Date(now()).toISOString(),
        tenant,
        device,
        decision: answer.decision,
        request: requestText(request) ?? null,
        allow: answer.allow,
        reasons: answer.reasons,
        policyVersion: answer.policy?.version ?? null,
        policyBundle: answer.policy?.bundle ?? null,
        about: about?.slice(0, MAX_ABOUT).toWellFormed().replaceAll("\0", "\ufffd") ?? null,
        micros,
      });
      return record === undefined ? answer : { ...answer, record };
    } catch {
      return refusal(request.decision, "not_recorded", answer.policy);
    }
  }
}
