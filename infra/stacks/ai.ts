import { DbeGateway } from "../components/dbe-gateway.ts";
import { L7Front } from "../components/l7-front.ts";
import { Monitoring } from "../components/monitoring.ts";
import { NodeRuntime } from "../components/node-runtime.ts";
import { type NodeStackArgs, nodeEngine } from "./node-stack.ts";
import { DataStack } from "./outputs.ts";
import { tenantsOn } from "./tenants-on.ts";

/** An inference node: what foresees, one set of containers a tenant, and the L7 routers behind their load balancer. */
export function aiStack({ model, node, root, rules }: NodeStackArgs): Record<string, unknown> {
  const engine = nodeEngine(node);
  const data = DataStack.of(model);
  const anchors = data.anchors();
  const runtime = new NodeRuntime({ model, node, engine, root, ...anchors });
  new DbeGateway({ model, node, engine, runtime, ...anchors, ...data.gateway(node.id) });
  const tenants = model.tenants.filter(({ id }) => model.containers.some((c) => c.node === node.id && c.tenant === id));
  const { models, policies } = tenantsOn({ model, node, root, rules, engine, runtime, data, tenants });
  new L7Front({ model, node, engine, runtime, data, models, policies });
  const certificate = (id: string) => data.certificate(id);
  const watch = { access: data.monitoring(), control: data.control() };
  new Monitoring({ model, node, engine, runtime, ...anchors, certificate, ...watch });
  return { identity: runtime.identity, formerIdentities: runtime.formerIdentities };
}
