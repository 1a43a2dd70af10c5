import { DbeGateway } from "../components/dbe-gateway.ts";
import { L7Front } from "../components/l7-front.ts";
import { NodeModels } from "../components/node-models.ts";
import { NodePolicies } from "../components/node-policies.ts";
import { NodeRuntime } from "../components/node-runtime.ts";
import { TenantServices } from "../components/tenant-services.ts";
import { type NodeStackArgs, nodeEngine } from "./node-stack.ts";
import { DataStack } from "./outputs.ts";

/** An inference node: what foresees, one set of containers a tenant, and the L7 routers behind their load balancer. */
export function aiStack({ model, node, root, rules }: NodeStackArgs): Record<string, unknown> {
  const engine = nodeEngine(node);
  const data = DataStack.of(model);
  const anchors = data.anchors();
  const runtime = new NodeRuntime({ model, node, engine, root, ...anchors });
  new DbeGateway({ model, node, engine, runtime, ...anchors, ...data.gateway(node.id) });
  const { tenants } = model;
  const { rootPublicKey } = anchors;
  const policies = new NodePolicies({ node, tenants, rules, rootPublicKey, signed: ({ id }) => data.policy(id) });
  const models = new NodeModels({ model, node, root, signature: (release) => data.modelSignature(release) });
  const served = tenants.filter(({ id }) => model.containers.some((c) => c.node === node.id && c.tenant === id));
  const certificate = (id: string) => data.certificate(id);
  for (const tenant of served) {
    new TenantServices({
      model,
      node,
      tenant,
      engine,
      runtime,
      models,
      policies,
      secrets: data.tenant(tenant.id),
      certificate,
    });
  }
  new L7Front({ model, node, engine, runtime, data, policies, models });
  return { identity: runtime.identity, formerIdentities: runtime.formerIdentities };
}
