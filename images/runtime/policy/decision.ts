/** What can be asked of a tenant's policy; each is an entrypoint of the rules. */
export const DECISIONS = ["allow_action", "allow_tool", "allow_compartment", "allow_roe", "notify"] as const;
export type DecisionName = (typeof DECISIONS)[number];

/** A question to the policy of `tenant` (`ALPHA`). */
export type PolicyRequest = { readonly tenant: string } & (
  | { readonly decision: "allow_action"; readonly action: string }
  | { readonly decision: "allow_tool"; readonly tool: string }
  | { readonly decision: "allow_compartment"; readonly compartments: readonly string[] }
  | { readonly decision: "allow_roe"; readonly roe_level: string }
  /** Without `channel`: wherever the tenant listens. */
  | { readonly decision: "notify"; readonly channel?: string }
);

/** Where a tenant listens. */
export interface NotifyChannel {
  readonly channel: "webhook" | "email";
  /** URL or address. */
  readonly target: string;
}

/** Which policy decided. */
export interface PolicyStamp {
  /** Grows with every bundle of a tenant. */
  readonly version: number;
  /** SHA-384 of its bundle.json, hex: stands for rules and data. */
  readonly bundle: string;
}

/** An answer. Anything but `allow: true` is a refusal. */
export interface Decision {
  readonly decision: DecisionName;
  readonly allow: boolean;
  /** Codes (docs/policy.md), never empty. */
  readonly reasons: readonly string[];
  /** Of `notify`: where to; empty when it is refused. */
  readonly channels: readonly NotifyChannel[];
  /** Null where no policy was at hand. */
  readonly policy: PolicyStamp | null;
  /** Where its record stands in the log of decisions; absent where it was not kept, or by a log without numbers. */
  readonly record?: { readonly writer: string; readonly seq: number };
}

/** A refusal for a reason of the services' own. */
export function refusal(decision: DecisionName, reason: string, policy: PolicyStamp | null): Decision {
  return { decision, allow: false, reasons: [reason], channels: [], policy };
}
