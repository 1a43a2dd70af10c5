import { cryptoFiles, enclaveFiles } from "../components/crypto-files.ts";
import { DbeGateway } from "../components/dbe-gateway.ts";
import { Monitoring } from "../components/monitoring.ts";
import { NodeRuntime } from "../components/node-runtime.ts";
import { SharedServices } from "../components/shared-services.ts";
import { sharedShrinkFiles } from "../components/shrink-files.ts";
import { type NodeStackArgs, nodeEngine } from "./node-stack.ts";
import { DataStack } from "./outputs.ts";
import { tenantsOn } from "./tenants-on.ts";

/** A security-operations node: the layers that watch and decide, one set of containers a tenant, and what all share. */
export function socStack({ model, node, root, rules }: NodeStackArgs): Record<string, unknown> {
  const engine = nodeEngine(node);
  const data = DataStack.of(model);
  const anchors = data.anchors();
  const runtime = new NodeRuntime({ model, node, engine, root, ...anchors });
  const bus = new DbeGateway({ model, node, engine, runtime, ...anchors, ...data.gateway(node.id) });
  const certificate = (id: string) => data.certificate(id);
  const fleet = { model, node, root, runtime, data };
  // Their folders are mounted: they must be there before.
  const requires = {
    "l8-crypto": [bus, runtime.keys, ...cryptoFiles(fleet)],
    "l8-enclave": [bus, runtime.keys, ...enclaveFiles(fleet)],
    shrink: sharedShrinkFiles({ model, node }, certificate),
  };
  new SharedServices({ model, node, engine, runtime, requires });
  tenantsOn({ model, node, root, rules, engine, runtime, data, tenants: model.tenants });
  const watch = { access: data.monitoring(), control: data.control() };
  new Monitoring({ model, node, engine, runtime, ...anchors, certificate, ...watch });
  return { identity: runtime.identity, formerIdentities: runtime.formerIdentities };
}
