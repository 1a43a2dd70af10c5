import type { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Container, Model, Node } from "../model/types.ts";
import { HealthGate } from "../provider/index.ts";
import { busFolderOf } from "./bus-folder.ts";
import { gated } from "./gated.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { ServiceContainer } from "./service-container.ts";

export interface SharedServicesArgs {
  readonly model: Model;
  readonly node: Node;
  readonly engine: Provider;
  readonly runtime: NodeRuntime;
  /** What a service's containers wait for, by the service's id: files that they mount. */
  readonly requires?: Readonly<Record<string, readonly pulumi.Resource[]>>;
}

/** Programs of a node that serve every tenant. Of a service with replicas, each waits until the one before is healthy. */
export class SharedServices extends pulumi.ComponentResource {
  private readonly args: SharedServicesArgs;

  constructor(args: SharedServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:SharedServices", args.node.id, {}, opts);
    this.args = args;
    for (const [service, plans] of Map.groupBy(sharedPrograms(args), (plan) => plan.service)) {
      let before = args.requires?.[service] ?? [];
      for (const plan of plans) before = [this.gated(plan, before)];
    }
    this.registerOutputs({});
  }

  private gated(plan: Container, dependsOn: readonly pulumi.Resource[]): HealthGate {
    const { model, node, engine, runtime } = this.args;
    const volumes = plan.mounts.filter((m) => m.type === "volume").map((m) => m.source);
    const container = new ServiceContainer(
      { plan, fleet: model.fleet, hosts: model.hosts, address: node.address, image: runtime.image(plan.image) },
      {
        parent: this,
        providers: { docker: engine },
        dependsOn: [...dependsOn, ...busFolderOf(plan, this), ...runtime.requirements(plan.image, volumes)],
      },
    );
    const containers = [gated(plan, container.containerId)];
    return new HealthGate(plan.name, { node: node.id, containers }, { parent: this });
  }
}

/** Containers of this node that speak for a device and for no one tenant. */
function sharedPrograms({ model, node }: SharedServicesArgs): Container[] {
  return model.containers.filter((c) => c.node === node.id && c.tenant === undefined && c.device !== undefined);
}
