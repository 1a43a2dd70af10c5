import type { DecisionStamp } from "../../runtime/l7/agent.ts";
import type { DecisionPoint } from "../../runtime/policy/decision-point.ts";
import type { Frozen, StopGuard } from "../../runtime/stop/stop-guard.ts";

export interface ToolGateParts {
  /** `ALPHA` */
  readonly tenant: string;
  readonly point: DecisionPoint;
  readonly stop: StopGuard;
}

/** Whether a tool may be called now. */
export type Passage =
  | { readonly open: boolean; readonly decision: DecisionStamp }
  /** Not asked: nothing may be done for the tenant. */
  | { readonly open: false; readonly frozen: Frozen };

/** Asks the emergency stop, then the policy, of which a record is kept: what cannot be recorded is refused. */
export class ToolGate {
  private readonly parts: ToolGateParts;

  constructor(parts: ToolGateParts) {
    this.parts = parts;
  }

  /** @param about id of the request, as the gateways' trail has it */
  async ask(tool: string, about: string): Promise<Passage> {
    const { tenant, point, stop } = this.parts;
    const frozen = await stop.why();
    if (frozen !== undefined) return { open: false, frozen };
    const {
      allow,
      reasons,
      policy,
      record = null,
    } = await point.decide({ tenant, decision: "allow_tool", tool }, about);
    const decision = { allow, reasons, policy, record };
    return { open: allow, decision };
  }

  /** Why nothing may be done for the tenant now. */
  frozen(): Promise<Frozen | undefined> {
    return this.parts.stop.why();
  }
}
