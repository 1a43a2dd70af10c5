import { POLICIES } from "./policies.ts";
import type { Facts, Resource } from "./policy.ts";

/** A resource that breaks a policy. */
export interface Violation {
  /** Name of the policy: `public-ports`. */
  readonly rule: string;
  readonly type: string;
  readonly resource: string;
  readonly message: string;
  /** The manifest's key that decides it, where there is one: `publish`. */
  readonly key?: string;
}

/** Tries every policy on every resource; what Pulumi's analyzer does, without Pulumi. */
export function evaluate(resources: Iterable<Resource>, facts: Facts): Violation[] {
  const found: Violation[] = [];
  for (const resource of resources) {
    for (const policy of POLICIES) {
      const report = (message: string, key?: string): void => {
        found.push({
          rule: policy.name,
          type: resource.type,
          resource: resource.name,
          message,
          ...(key !== undefined && { key }),
        });
      };
      policy.validate(resource, report, facts);
    }
  }
  return found;
}
