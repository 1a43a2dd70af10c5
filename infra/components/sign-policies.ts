import * as pulumi from "@pulumi/pulumi";
import type { Tenant } from "../model/types.ts";
import type { CompiledRules } from "../policy/compiled-rules.ts";
import { PolicyBundle } from "../provider/index.ts";
import { renderPolicyData } from "../render/policy-data.ts";
import type { SignedPolicy } from "./node-policies.ts";

export interface SignPoliciesArgs {
  readonly tenants: readonly Tenant[];
  readonly rules: CompiledRules;
  readonly rootSeed: pulumi.Input<string>;
}

/** Has the root sign each tenant's policy; by tenant id. Nothing in it is secret: the nodes' services read it. */
export function signPolicies({
  tenants,
  rules,
  rootSeed,
}: SignPoliciesArgs): pulumi.Output<Record<string, SignedPolicy>> {
  const signed = tenants.map((tenant) => {
    const args = { tenant: tenant.id, data: renderPolicyData(tenant), rules: rules.digest, rootSeed };
    const { bundle, data } = new PolicyBundle(tenant.id, args);
    return [tenant.id, { bundle: pulumi.unsecret(bundle), data: pulumi.unsecret(data) }] as const;
  });
  return pulumi.output(Object.fromEntries(signed));
}
