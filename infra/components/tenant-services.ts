import type { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Container, Model, Node, Tenant } from "../model/types.ts";
import { HealthGate, NodeFiles, type NodeFilesArgs } from "../provider/index.ts";
import type { TenantSecrets } from "../stacks/outputs.ts";
import { busFolderOf } from "./bus-folder.ts";
import { gated } from "./gated.ts";
import type { NodeModels } from "./node-models.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { SERVICE_UID, ServiceContainer } from "./service-container.ts";

export interface TenantServicesArgs {
  readonly model: Model;
  readonly node: Node;
  readonly tenant: Tenant;
  readonly engine: Provider;
  readonly runtime: NodeRuntime;
  readonly models: NodeModels;
  readonly secrets: pulumi.Output<TenantSecrets>;
}

/** One tenant's containers on a node, with its credentials as files and a gate that waits until all are healthy. */
export class TenantServices extends pulumi.ComponentResource {
  private readonly args: TenantServicesArgs;

  constructor(args: TenantServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:TenantServices", args.tenant.id, {}, opts);
    this.args = args;
    const { model, node, tenant } = args;
    const plans = model.containers.filter((c) => c.node === node.id && c.tenant === tenant.id);
    if (plans.length > 0) {
      const credentials = this.credentials(plans);
      const containers = plans.map((plan) => gated(plan, this.container(plan, credentials).containerId));
      new HealthGate(tenant.id, { node: node.id, containers }, { parent: this });
    }
    this.registerOutputs({});
  }

  /** A security-operations node has the credentials of all stores, another one those that its services need. */
  private credentials(plans: readonly Container[]): NodeFiles {
    const { model, node, tenant, secrets } = this.args;
    const services = model.services.filter(({ id }) => plans.some(({ service }) => service === id));
    const needed = (store: string): boolean =>
      node.role === "soc" || services.some(({ needs }) => needs.includes(store));
    const all = {
      redis: ["redis_password", secrets.apply((s) => s.redis.writer ?? "")],
      postgres: ["postgres_password", secrets.apply((s) => s.postgres.app)],
      qdrant: ["qdrant_token", secrets.qdrantToken],
    } as const;
    const files: Record<string, { content: pulumi.Input<string>; mode: string }> = {};
    for (const [store, [name, content]] of Object.entries(all))
      if (needed(store)) files[name] = { content, mode: "0400" };
    const owner = { uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0700" };
    const args: NodeFilesArgs = { node: node.id, path: `/etc/dsmil/tenants/${tenant.id}`, ...owner, files };
    return new NodeFiles(`${tenant.id}-credentials`, args, { parent: this });
  }

  private container(plan: Container, credentials: NodeFiles): ServiceContainer {
    const { model, node, engine, runtime, models } = this.args;
    const volumes = plan.mounts.filter((m) => m.type === "volume").map((m) => m.source);
    return new ServiceContainer(
      { plan, fleet: model.fleet, hosts: model.hosts, address: node.address, image: runtime.image(plan.image) },
      {
        parent: this,
        providers: { docker: engine },
        dependsOn: [
          credentials,
          ...busFolderOf(plan, this),
          ...models.requirements(plan),
          ...runtime.requirements(plan.image, volumes),
        ],
      },
    );
  }
}
