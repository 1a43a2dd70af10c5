import type { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { DBE_FOLDERS, DBE_UID } from "../model/containers/dbe.ts";
import { SERVICE_GID } from "../model/containers/paths.ts";
import type { Container, Model, Node, Tenant } from "../model/types.ts";
import { HealthGate, NodeFiles, type NodeFilesArgs } from "../provider/index.ts";
import { renderGateway, renderTenantPolicy } from "../render/dbe-gateway.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";
import { gated } from "./gated.ts";
import { KEPT_FOLDER } from "./kept-folder.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { ServiceContainer } from "./service-container.ts";

export interface DbeGatewayArgs {
  readonly model: Model;
  readonly node: Node;
  readonly engine: Provider;
  readonly runtime: NodeRuntime;
  readonly caCert: pulumi.Input<string>;
  readonly rootPublicKey: pulumi.Input<string>;
  /** The node's X.509 certificate. */
  readonly certificate: pulumi.Output<ServerCertificate>;
  /** Password of the node's role in the audit trail. */
  readonly auditPassword: pulumi.Input<string>;
  /** Certificate of a tenant's signing key. */
  readonly tenantCertificate: (tenant: Tenant) => pulumi.Output<string>;
  /** What the gateway waits for: on the data node, its database. */
  readonly dependsOn?: readonly pulumi.Resource[];
}

/** The node's gateway to the bus and what it enforces. */
export class DbeGateway extends pulumi.ComponentResource {
  private readonly args: DbeGatewayArgs;

  constructor(args: DbeGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:DbeGateway", "dbe", {}, opts);
    this.args = args;
    const { model, node } = args;
    const plans = model.containers.filter((c) => c.node === node.id && c.service.startsWith("dbe-"));
    if (plans.length > 0) {
      const files = [...this.gatewayFiles(), ...this.mountedFolders()];
      for (const tenant of model.tenants) this.tenantPolicy(tenant, files);
      this.containers(plans, files);
    }
    this.registerOutputs({});
  }

  private gatewayFiles(): NodeFiles[] {
    const { model, node, certificate, caCert, rootPublicKey, auditPassword } = this.args;
    const gateway = pulumi.output(rootPublicKey).apply((root) => renderGateway(model, node, root));
    return [
      this.files("dbe", "/etc/dsmil/dbe", { "gateway.json": { content: gateway, mode: "0444" } }),
      this.files("dbe-secrets", "/etc/dsmil/dbe-secrets", {
        postgres_password: { content: auditPassword, mode: "0400" },
      }),
      this.files("node-tls", "/etc/dsmil/certs/node", {
        "tls.crt": { content: certificate.cert, mode: "0444" },
        "tls.key": { content: certificate.key, mode: "0400" },
        "ca.crt": { content: caCert, mode: "0444" },
      }),
    ];
  }

  /** Folders that must exist before they are mounted, even where there is no tenant. */
  private mountedFolders(): NodeFiles[] {
    return [
      this.files("dbe-tenants", "/etc/dsmil/dbe/tenants", KEPT_FOLDER),
      this.files("dbe-folders", DBE_FOLDERS, KEPT_FOLDER, "0755"),
    ];
  }

  /** A tenant's block alone decides its file; the gateway watches the folder. */
  private tenantPolicy(tenant: Tenant, dependsOn: readonly pulumi.Resource[]): NodeFiles {
    const content = this.args
      .tenantCertificate(tenant)
      .apply((text) => renderTenantPolicy(this.args.model, tenant, text));
    const files = { "policy.json": { content, mode: "0444" } };
    return this.files(`${tenant.id}-dbe`, `/etc/dsmil/dbe/tenants/${tenant.id}`, files, "0750", dependsOn);
  }

  private files(
    name: string,
    path: string,
    files: NodeFilesArgs["files"],
    dirMode = "0750",
    dependsOn: readonly pulumi.Resource[] = [],
  ): NodeFiles {
    const owner = { uid: DBE_UID, gid: SERVICE_GID };
    return new NodeFiles(
      name,
      { node: this.args.node.id, path, ...owner, dirMode, files },
      { parent: this, dependsOn: [...dependsOn] },
    );
  }

  private containers(plans: readonly Container[], files: readonly pulumi.Resource[]): HealthGate {
    const { model, node, engine, runtime, dependsOn = [] } = this.args;
    const made = plans.map((plan) => {
      const volumes = plan.mounts.filter((m) => m.type === "volume").map((m) => m.source);
      const container = new ServiceContainer(
        {
          ...{ plan, fleet: model.fleet, hosts: model.hosts, address: node.address, image: runtime.image(plan.image) },
          ...(node.key.kind === "tpm2" && plan.service === "dbe-gateway" && { groups: runtime.tpmGroups }),
        },
        {
          parent: this,
          providers: { docker: engine },
          dependsOn: [...files, ...dependsOn, runtime.keys, ...runtime.requirements(plan.image, volumes)],
        },
      );
      return gated(plan, container.containerId);
    });
    return new HealthGate("dbe", { node: node.id, containers: made }, { parent: this });
  }
}
