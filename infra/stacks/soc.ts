import { DbeGateway } from "../components/dbe-gateway.ts";
import { NodeModels } from "../components/node-models.ts";
import { NodePolicies } from "../components/node-policies.ts";
import { NodeRuntime } from "../components/node-runtime.ts";
import { TenantServices } from "../components/tenant-services.ts";
import { type NodeStackArgs, nodeEngine } from "./node-stack.ts";
import { DataStack } from "./outputs.ts";

/** A security-operations node: the layers that watch and decide, one set of containers a tenant. */
export function socStack({ model, node, root, rules }: NodeStackArgs): Record<string, unknown> {
  const engine = nodeEngine(node);
  const data = DataStack.of(model);
  const anchors = data.anchors();
  const runtime = new NodeRuntime({ model, node, engine, root, ...anchors });
  new DbeGateway({ model, node, engine, runtime, ...anchors, ...data.gateway(node.id) });
  const models = new NodeModels({ model, node, root, signature: (release) => data.modelSignature(release) });
  const { tenants } = model;
  const { rootPublicKey } = anchors;
  const policies = new NodePolicies({ node, tenants, rules, rootPublicKey, signed: ({ id }) => data.policy(id) });
  for (const tenant of tenants) {
    new TenantServices({ model, node, tenant, engine, runtime, models, policies, secrets: data.tenant(tenant.id) });
  }
  return { identity: runtime.identity, formerIdentities: runtime.formerIdentities };
}
