import { createHash } from "node:crypto";
import type { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Container, Model, Node, Tenant } from "../model/types.ts";
import { HealthGate, NodeFiles } from "../provider/index.ts";
import { renderHaproxyConf } from "../render/haproxy-conf.ts";
import type { DataStack } from "../stacks/outputs.ts";
import { busFolderOf } from "./bus-folder.ts";
import { gated } from "./gated.ts";
import { KEPT_FOLDER } from "./kept-folder.ts";
import type { NodeModels } from "./node-models.ts";
import type { NodePolicies } from "./node-policies.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { SERVICE_UID, ServiceContainer } from "./service-container.ts";

export interface L7FrontArgs {
  readonly model: Model;
  readonly node: Node;
  readonly engine: Provider;
  readonly runtime: NodeRuntime;
  readonly data: DataStack;
  readonly policies: NodePolicies;
  readonly models: NodeModels;
}

/**
 * The L7 routers behind HAProxy on :8001 with the registries of tenants' API keys that they watch, their workers, which
 * watch the tenants' certificates, the tool executor, which watches the tenants' policies, and vision and speech.
 */
export class L7Front extends pulumi.ComponentResource {
  private readonly args: L7FrontArgs;
  private readonly owned: { uid: number; gid: number; node: string; dirMode: string };

  constructor(args: L7FrontArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:L7Front", "l7", {}, opts);
    this.args = args;
    this.owned = { node: args.node.id, uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0750" };
    for (const tenant of args.model.tenants) this.apiKeys(tenant);
    this.workers();
    for (const plan of args.model.containers) {
      if (plan.node === args.node.id && plan.image === "dsmil-l7-tools") this.gated(plan, []);
    }
    this.perception();
    const first = new NodeFiles(
      "l7",
      { ...this.owned, path: "/etc/dsmil/l7/tenants", files: KEPT_FOLDER },
      { parent: this },
    );
    const plans = args.model.containers.filter((c) => c.node === args.node.id && c.service === "l7-router");
    // Replica by replica: each waits for the gate of the one before, so that one always serves.
    let before: pulumi.Resource[] = [first];
    for (const plan of plans) before = [this.gated(plan, before)];
    const proxy = args.model.containers.find((c) => c.service === "haproxy");
    if (proxy) this.gated(proxy, [...this.proxyFiles(proxy), ...before]);
    this.registerOutputs({});
  }

  /** Of tenants a worker has the public certificates alone, in a folder of its own: the routers' has seeds. */
  private workers(): void {
    const { model, node, data } = this.args;
    const plans = model.containers.filter((c) => c.node === node.id && c.image === "dsmil-l7-worker");
    if (plans.length === 0) return;
    const path = "/etc/dsmil/l7-worker/tenants";
    const folder = new NodeFiles("l7-worker", { ...this.owned, path, files: KEPT_FOLDER }, { parent: this });
    for (const { id } of model.tenants) {
      const files = { "certificate.json": { content: certificateOf(data, id), mode: "0444" } };
      new NodeFiles(`${id}-l7-worker`, { ...this.owned, path: `${path}/${id}`, files }, { parent: this });
    }
    const last = new Map<string, pulumi.Resource>();
    for (const plan of plans) last.set(plan.service, this.gated(plan, [last.get(plan.service) ?? folder]));
  }

  /** Vision and speech, which the routers ask over the bus and do not wait for. */
  private perception(): void {
    const { model, node } = this.args;
    const plans = model.containers.filter((c) => c.node === node.id && c.image === "dsmil-l7-perception");
    for (const plan of plans) this.gated(plan, []);
  }

  /**
   * Of API keys only hashes reach the node: a router compares, it never needs the key. The signing key does: routers vouch
   * on the bus for whose request it is.
   */
  private apiKeys({ id: tenant, prefix, limits }: Tenant): void {
    const seed = this.args.data.tenant(tenant).apply(({ signing }) => signing.seed);
    const content = this.args.data.tenant(tenant).apply(({ apiKeys }) =>
      JSON.stringify({
        tenant: tenant.toUpperCase(),
        keys: Object.entries(apiKeys).map(([name, key]) => ({
          name,
          sha256: createHash("sha256").update(key).digest("hex"),
        })),
      }),
    );
    const routers = this.args.model.services.find((service) => service.id === "l7-router")?.replicas ?? 1;
    const { requestsPerMinute: requests_per_minute, tokensPerDay: tokens_per_day } = limits;
    const allowed = { tenant: prefix, requests_per_minute, tokens_per_day, routers };
    new NodeFiles(
      `${tenant}-api-keys`,
      {
        ...this.owned,
        path: `/etc/dsmil/l7/tenants/${tenant}`,
        files: {
          "api_keys.json": { content, mode: "0400" },
          signing_seed: { content: seed, mode: "0400" },
          "certificate.json": { content: certificateOf(this.args.data, tenant), mode: "0444" },
          "limits.json": { content: JSON.stringify(allowed), mode: "0444" },
        },
      },
      { parent: this },
    );
  }

  private proxyFiles(proxy: Container): NodeFiles[] {
    const reload = [{ container: proxy.name, signal: "SIGUSR2" }];
    const certificate = this.args.data.certificate(proxy.service);
    const config = { content: renderHaproxyConf(this.args.model), mode: "0444" };
    return [
      new NodeFiles(
        "haproxy",
        { ...this.owned, path: "/etc/dsmil/haproxy", files: { "haproxy.cfg": config }, reload },
        { parent: this },
      ),
      new NodeFiles(
        "haproxy-tls",
        {
          ...this.owned,
          path: "/etc/dsmil/certs/haproxy",
          files: { "tls.pem": { content: pulumi.interpolate`${certificate.cert}${certificate.key}`, mode: "0400" } },
          reload,
        },
        { parent: this },
      ),
    ];
  }

  private gated(plan: Container, dependsOn: pulumi.Resource[]): HealthGate {
    const { model, node, engine, runtime, models, policies } = this.args;
    const volumes = plan.mounts.filter((m) => m.type === "volume").map((m) => m.source);
    const container = new ServiceContainer(
      { plan, fleet: model.fleet, hosts: model.hosts, address: node.address, image: runtime.image(plan.image) },
      {
        parent: this,
        providers: { docker: engine },
        dependsOn: [
          ...dependsOn,
          ...busFolderOf(plan, this),
          ...policies.requirements(plan),
          ...models.requirements(plan),
          ...runtime.requirements(plan.image, volumes),
        ],
      },
    );
    return new HealthGate(
      plan.name,
      { node: node.id, containers: [gated(plan, container.containerId)] },
      { parent: this },
    );
  }
}

/** Public, though it stands among the tenant's secrets. */
function certificateOf(data: DataStack, tenant: string): pulumi.Output<string> {
  return pulumi.unsecret(data.tenant(tenant).apply(({ signing }) => signing.certificate));
}
