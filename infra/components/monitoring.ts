import type { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { SHIPPER_CERTS } from "../model/containers/log-shipper.ts";
import { AGENT_CERTS, AGENT_TARGETS } from "../model/containers/node-agent.ts";
import { agentCertificate, shipperCertificate } from "../model/names.ts";
import type { Container, Model, Node } from "../model/types.ts";
import { HealthGate, NodeFiles } from "../provider/index.ts";
import { renderTargets } from "../render/prometheus-targets.ts";
import { alertmanagerFiles } from "./alertmanager-files.ts";
import type { ControlKeys } from "./control-anchors.ts";
import { controlFiles } from "./control-files.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";
import { gated } from "./gated.ts";
import { KEPT_FOLDER } from "./kept-folder.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import type { OperatorAccess } from "./operator-anchors.ts";
import { portainerFiles } from "./portainer-files.ts";
import { prometheusFiles } from "./prometheus-files.ts";
import { ServiceContainer } from "./service-container.ts";

export interface MonitoringArgs {
  readonly model: Model;
  readonly node: Node;
  readonly engine: Provider;
  readonly runtime: NodeRuntime;
  readonly caCert: pulumi.Input<string>;
  /** Certificate of a server on this node. */
  readonly certificate: (id: string) => pulumi.Output<ServerCertificate>;
  readonly access: pulumi.Output<OperatorAccess>;
  readonly control: ControlKeys;
  /** What else containers wait for, by their service's id. */
  readonly requires?: Readonly<Record<string, readonly pulumi.Resource[]>>;
}

/** What watches this node, and what of the watching of all of them runs here. */
export class Monitoring extends pulumi.ComponentResource {
  private readonly args: MonitoringArgs;

  constructor(args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    const { model, node } = args;
    super("dsmil:component:Monitoring", node.id, {}, opts);
    this.args = args;
    const monitors = new Set(model.services.filter(({ kind }) => kind === "monitor").map(({ id }) => id));
    const plans = model.containers.filter((c) => c.node === node.id && monitors.has(c.service));
    const has = (service: string): boolean => plans.some((plan) => plan.service === service);
    const requires = {
      ...args.requires,
      ...(has("node-agent") && { "node-agent": this.agentFiles() }),
      ...(has("log-shipper") && { "log-shipper": this.shipperFiles() }),
      ...(has("control-api") && { "control-api": controlFiles(args, this) }),
      ...(has("alertmanager") && { alertmanager: alertmanagerFiles(args, this) }),
      ...(has("prometheus") && { prometheus: prometheusFiles(args, this) }),
      ...(has("portainer") && { portainer: portainerFiles(args, this) }),
    };
    if (plans.length > 0) this.containers(plans, requires);
    this.registerOutputs({});
  }

  /** Certificate, and what the agent may scrape: a file a tenant, which its block alone decides. */
  private agentFiles(): NodeFiles[] {
    const { model, node, caCert, certificate } = this.args;
    const { cert, key } = certificate(agentCertificate(node.id));
    const tls = this.files("agent-tls", AGENT_CERTS, {
      "tls.crt": { content: cert, mode: "0444" },
      "tls.key": { content: key, mode: "0400" },
      "ca.crt": { content: caCert, mode: "0444" },
    });
    const kept = this.files("agent-targets", AGENT_TARGETS, KEPT_FOLDER);
    const targets = (tenant: string | undefined): NodeFiles =>
      this.files(`${tenant ?? "shared"}-targets`, `${AGENT_TARGETS}/${tenant ?? "shared"}`, {
        "targets.json": { content: renderTargets(model, node.id, tenant), mode: "0444" },
      });
    for (const { id } of model.tenants) {
      if (model.containers.some((c) => c.node === node.id && c.tenant === id)) targets(id);
    }
    return [tls, kept, targets(undefined)];
  }

  /** By default a file is root's, as the shipper is, who may read what is its own alone. */
  private shipperFiles(): NodeFiles[] {
    const { cert, key } = this.args.certificate(shipperCertificate(this.args.node.id));
    const tls = { "tls.crt": { content: cert, mode: "0444" }, "tls.key": { content: key, mode: "0400" } };
    return [this.files("log-shipper-tls", SHIPPER_CERTS, tls)];
  }

  private files(
    name: string,
    path: string,
    files: Record<string, { content: pulumi.Input<string>; mode: string }>,
  ): NodeFiles {
    return new NodeFiles(name, { node: this.args.node.id, path, dirMode: "0700", files }, { parent: this });
  }

  private containers(plans: readonly Container[], requires: MonitoringArgs["requires"] = {}): HealthGate {
    const { model, node, engine, runtime } = this.args;
    const made = plans.map((plan) => {
      const volumes = plan.mounts.filter((m) => m.type === "volume").map((m) => m.source);
      const container = new ServiceContainer(
        { plan, fleet: model.fleet, hosts: model.hosts, address: node.address, image: runtime.image(plan.image) },
        {
          parent: this,
          providers: { docker: engine },
          dependsOn: [...(requires[plan.service] ?? []), ...runtime.requirements(plan.image, volumes)],
        },
      );
      return gated(plan, container.containerId);
    });
    return new HealthGate("monitoring", { node: node.id, containers: made }, { parent: this });
  }
}
