import * as pulumi from "@pulumi/pulumi";
import { DataServices } from "../components/data-services.ts";
import { FleetAnchors } from "../components/fleet-anchors.ts";
import { NodeRuntime } from "../components/node-runtime.ts";
import { TenantData } from "../components/tenant-data.ts";
import { type NodeStackArgs, nodeEngine } from "./node-stack.ts";

/** The data node: the fleet's anchors, the stores, and what each tenant owns in them. Depends on no other stack. */
export function dataStack({ model, node, root, allowDataLoss }: NodeStackArgs): Record<string, unknown> {
  const engine = nodeEngine(node);
  const anchors = new FleetAnchors(model);
  const { caCert, rootSeed, rootPublicKey } = anchors;
  const runtime = new NodeRuntime({ model, node, engine, root, caCert, rootSeed, rootPublicKey });
  const { stores } = new DataServices({ model, node, engine, runtime, anchors });
  const tenants = model.tenants.map((tenant) => {
    const data = new TenantData({ model, tenant, node: node.id, rootSeed, allowDataLoss, stores });
    return [tenant.id, data.secrets] as const;
  });
  const remote = model.services
    .filter((s) => s.id === "haproxy")
    .map((s) => [s.id, anchors.certificate(s.id)] as const);
  return {
    caCert,
    rootPublicKey,
    rootSeed,
    certificates: pulumi.secret(pulumi.all(Object.fromEntries(remote))),
    tenants: pulumi.secret(pulumi.all(Object.fromEntries(tenants))),
    identity: runtime.identity,
  };
}
