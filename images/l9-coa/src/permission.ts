import type { PolicyStamp } from "../../runtime/policy/decision.ts";
import type { DecisionPoint } from "../../runtime/policy/decision-point.ts";

/** What the policy says of an action. */
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

/** Asks the tenant's policy for one question: each action once, everything recorded. */
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
   * Whether anything may be proposed: the tenant holds the compartment, and the asker works under its level.
   * @throws NothingPermitted
   */
  async open(roeLevel: string | undefined): Promise<void> {
    const { tenant } = this;
    const answers = await Promise.all([
      this.point.decide({ tenant, decision: "allow_compartment", compartments: [COMPARTMENT] }, this.about),
      ...(roeLevel === undefined
        ? []
        : [this.point.decide({ tenant, decision: "allow_roe", roe_level: roeLevel }, this.about)]),
    ]);
    this.used = answers[0].policy;
    const refused = answers.filter(({ allow }) => !allow).flatMap(({ reasons }) => reasons);
    if (refused.length > 0) throw new NothingPermitted([...new Set(refused)].sort());
  }

  /**
   * What the policy says of an action; its level of engagement is checked with it.
   * @throws NothingPermitted where it cannot be decided or recorded
   */
  of(action: string): Promise<Permission> {
    const known = this.asked.get(action);
    if (known) return known;
    const asking = this.ask(action);
    this.asked.set(action, asking);
    return asking;
  }

  private async ask(action: string): Promise<Permission> {
    const { tenant } = this;
    const { allow, reasons, policy } = await this.point.decide(
      { tenant, decision: "allow_action", action },
      this.about,
    );
    if (!allow && reasons.some((reason) => NO_DECISION.has(reason))) throw new NothingPermitted(reasons);
    this.used = policy;
    return { permitted: allow, reasons };
  }
}
