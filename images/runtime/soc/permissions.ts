import type { PolicyRequest, PolicyStamp } from "../policy/decision.ts";
import type { DecisionPoint } from "../policy/decision-point.ts";
import type { RoeLevel } from "./coa.ts";

/** What the policy says of an action, or of a level of engagement. */
export interface Permission {
  readonly permitted: boolean;
  readonly reasons: readonly string[];
}

/** Compartment that proposals about the tenant's security are in. */
const COMPARTMENT = "SOC";
/** Reasons that are not about the action but about deciding at all: with one of them nothing may be proposed. */
const NO_DECISION: ReadonlySet<string> = new Set(["no_policy", "not_recorded"]);

/** Nothing may be proposed; `reasons` say why. */
export class NothingPermitted extends Error {
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(`nothing may be proposed: ${reasons.join(", ")}`);
    this.name = "NothingPermitted";
    this.reasons = reasons;
  }
}

/** Asks the tenant's policy for one question: each thing once, everything recorded. */
export class Permissions {
  private readonly point: DecisionPoint;
  private readonly tenant: string;
  private readonly about: string;
  private readonly asked = new Map<string, Promise<Permission>>();
  private used: PolicyStamp | null = null;

  /** @param about id of the request, as the gateways' trail has it */
  constructor(point: DecisionPoint, tenant: string, about: string) {
    this.point = point;
    this.tenant = tenant;
    this.about = about;
  }

  /** The policy that decided last. */
  get policy(): PolicyStamp | null {
    return this.used;
  }

  /**
   * Whether anything may be proposed: there is a policy, and the tenant holds the compartment.
   * @throws NothingPermitted
   */
  async open(): Promise<void> {
    const { permitted, reasons } = await this.ask({
      tenant: this.tenant,
      decision: "allow_compartment",
      compartments: [COMPARTMENT],
    });
    if (!permitted) throw new NothingPermitted(reasons);
  }

  /** @throws NothingPermitted where it cannot be decided or recorded */
  action(action: string): Promise<Permission> {
    return this.once(action, { tenant: this.tenant, decision: "allow_action", action });
  }

  /** Whether the tenant's level contains this one. @throws NothingPermitted as `action` */
  level(level: RoeLevel): Promise<Permission> {
    return this.once(`level ${level}`, { tenant: this.tenant, decision: "allow_roe", roe_level: level });
  }

  private once(key: string, request: PolicyRequest): Promise<Permission> {
    const known = this.asked.get(key);
    if (known) return known;
    const asking = this.ask(request);
    this.asked.set(key, asking);
    return asking;
  }

  private async ask(request: PolicyRequest): Promise<Permission> {
    const { allow, reasons, policy } = await this.point.decide(request, this.about);
    if (!allow && reasons.some((reason) => NO_DECISION.has(reason))) throw new NothingPermitted(reasons);
    this.used = policy;
    return { permitted: allow, reasons };
  }
}
