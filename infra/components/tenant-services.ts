import type { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { ingestFolder } from "../model/containers/l3-router.ts";
import { ingestCertificate } from "../model/names.ts";
import type { Model, Node, Tenant } from "../model/types.ts";
import { type FileArgs, HealthGate, NodeFiles } from "../provider/index.ts";
import type { TenantSecrets } from "../stacks/outputs.ts";
import { busFolderOf } from "./bus-folder.ts";
import { coalitionOn } from "./coalition-of.ts";
import { feedsOn } from "./feeds-of.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";
import { gated } from "./gated.ts";
import type { NodeModels } from "./node-models.ts";
import type { NodePolicies } from "./node-policies.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { officersOn } from "./officers-of.ts";
import { SERVICE_UID, ServiceContainer } from "./service-container.ts";
import { tenantShrinkFiles } from "./shrink-files.ts";
import { tokenDoor } from "./token-door.ts";

export interface TenantServicesArgs {
  readonly model: Model;
  readonly node: Node;
  /** Project folder. */
  readonly root: string;
  readonly tenant: Tenant;
  readonly engine: Provider;
  readonly runtime: NodeRuntime;
  readonly models: NodeModels;
  readonly policies: NodePolicies;
  readonly secrets: pulumi.Output<TenantSecrets>;
  /** Of a server of the tenant's on this node. */
  readonly certificate: (id: string) => pulumi.Output<ServerCertificate>;
}

/** One tenant's containers on a node, with its credentials as files and a gate that waits until all are healthy. */
export class TenantServices extends pulumi.ComponentResource {
  constructor(args: TenantServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { model, node, root, tenant, engine, runtime, models, policies, secrets } = args;
    super("dsmil:component:TenantServices", tenant.id, {}, opts);
    const credentials = new NodeFiles(
      `${tenant.id}-credentials`,
      {
        node: node.id,
        path: `/etc/dsmil/tenants/${tenant.id}`,
        uid: SERVICE_UID,
        gid: SERVICE_UID,
        dirMode: "0700",
        files: credentialFiles(args),
      },
      { parent: this },
    );
    const doors = this.doors(args);
    const plans = model.containers.filter((c) => c.node === node.id && c.tenant === tenant.id);
    const officers = officersOn(node, tenant, plans, this);
    const feeds = feedsOn({ node, tenant, root }, plans, this);
    const coalition = coalitionOn({ node, tenant, fleet: model.fleet, secrets }, plans, this);
    const containers = plans.map((plan) => ({
      plan,
      resource: new ServiceContainer(
        { plan, fleet: model.fleet, hosts: model.hosts, address: node.address, image: runtime.image(plan.image) },
        {
          parent: this,
          providers: { docker: engine },
          dependsOn: [
            credentials,
            ...doors,
            ...busFolderOf(plan, this),
            ...models.requirements(plan),
            ...policies.requirements(plan),
            ...officers(plan),
            ...feeds(plan),
            ...coalition(plan),
            ...runtime.requirements(
              plan.image,
              plan.mounts.filter((m) => m.type === "volume").map((m) => m.source),
            ),
          ],
        },
      ),
    }));
    new HealthGate(
      tenant.id,
      {
        node: node.id,
        containers: containers.map(({ plan, resource }) => gated(plan, resource.containerId)),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }

  /** What outsiders reach of the tenant on this node, and its door to SHRINK. */
  private doors({ model, node, tenant, secrets, certificate }: TenantServicesArgs): NodeFiles[] {
    const shrink = tenantShrinkFiles({ model, node, tenant, secrets }, certificate, this);
    if (tenant.ingestPort === undefined || !model.services.some((s) => s.id === "l3-router" && s.node === node.id)) {
      return shrink;
    }
    const token = secrets.apply(({ tokens }) => tokens?.ingest ?? "");
    const files = { path: ingestFolder(tenant.id), certificate: certificate(ingestCertificate(tenant.id)), token };
    return [...shrink, tokenDoor(`${tenant.id}-ingest`, { node: node.id, ...files }, this)];
  }
}

/** A security-operations node has the tenant's credentials for all stores, another one for those that its services need. */
function credentialFiles({ model, node, secrets }: TenantServicesArgs): Record<string, FileArgs> {
  const here = model.services.filter((service) => service.node === node.id && service.scope === "tenant");
  const needed = (store: string): boolean => node.role === "soc" || here.some(({ needs }) => needs.includes(store));
  const mode = "0400";
  return {
    ...(needed("redis") && { redis_password: { content: secrets.apply((s) => s.redis.writer ?? ""), mode } }),
    ...(needed("postgres") && { postgres_password: { content: secrets.apply((s) => s.postgres.app), mode } }),
    ...(needed("qdrant") && { qdrant_token: { content: secrets.qdrantToken, mode } }),
  };
}
