import type { Provider } from "@pulumi/docker/provider.js";
import { NodeModels } from "../components/node-models.ts";
import { NodePolicies } from "../components/node-policies.ts";
import type { NodeRuntime } from "../components/node-runtime.ts";
import { TenantServices } from "../components/tenant-services.ts";
import type { Tenant } from "../model/types.ts";
import type { NodeStackArgs } from "./node-stack.ts";
import type { DataStack } from "./outputs.ts";

export interface TenantsOnArgs extends Pick<NodeStackArgs, "model" | "node" | "root" | "rules"> {
  readonly engine: Provider;
  readonly runtime: NodeRuntime;
  readonly data: DataStack;
  /** Who has services here. */
  readonly tenants: readonly Tenant[];
}

/** Models and policies on a node, and the services of each of these tenants. */
export function tenantsOn({ model, node, root, rules, engine, runtime, data, tenants }: TenantsOnArgs) {
  const { rootPublicKey } = data.anchors();
  const models = new NodeModels({ model, node, root, signature: (release) => data.modelSignature(release) });
  const policies = new NodePolicies({
    node,
    tenants: model.tenants,
    rules,
    rootPublicKey,
    signed: ({ id }, text) => data.policy(id, { data: text, rules: rules.digest }),
  });
  const certificate = (id: string) => data.certificate(id);
  const shared = { model, node, root, engine, runtime, models, policies, certificate };
  for (const tenant of tenants) new TenantServices({ ...shared, tenant, secrets: data.tenant(tenant.id) });
  return { models, policies };
}
