import * as pulumi from "@pulumi/pulumi";
import { POLICY_FOLDER } from "../model/containers/policy.ts";
import type { Container, Node, Tenant } from "../model/types.ts";
import type { CompiledRules } from "../policy/compiled-rules.ts";
import { NodeFiles, type NodeFilesArgs } from "../provider/index.ts";
import { renderPolicyData } from "../render/policy-data.ts";
import { KEPT_FOLDER } from "./kept-folder.ts";
import { SERVICE_UID } from "./service-container.ts";

/** A tenant's policy as the root signed it: outputs of its PolicyBundle. */
export interface SignedPolicy {
  readonly bundle: string;
  readonly data: string;
}

export interface NodePoliciesArgs {
  readonly node: Node;
  readonly tenants: readonly Tenant[];
  /** The module that the bundles name. */
  readonly rules: CompiledRules;
  readonly rootPublicKey: pulumi.Input<string>;
  /** @param data text of data.json, as the manifest has it */
  readonly signed: (tenant: Tenant, data: string) => pulumi.Output<SignedPolicy>;
}

/**
 * The tenants' policies on a node: the rules once, and a folder a tenant with its data and what the root signed. Services
 * watch them; nothing is restarted or told.
 */
export class NodePolicies extends pulumi.ComponentResource {
  private readonly node: string;
  private readonly shared: NodeFiles[];
  private readonly own: ReadonlyMap<string, NodeFiles>;

  constructor(args: NodePoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:NodePolicies", "policies", {}, opts);
    const { node, tenants, rules, rootPublicKey, signed } = args;
    this.node = node.id;
    const module = { content: rules.wasm.toString("base64"), encoding: "base64", mode: "0444" } as const;
    const root = { content: pulumi.interpolate`${rootPublicKey}\n`, mode: "0444" };
    this.shared = [
      this.files("policy-shared", "shared", { "root.pub": root, [rules.fileName]: module }),
      // Mounted as a whole by services that serve all tenants, even where there is none.
      this.files("policy-tenants", "tenants", KEPT_FOLDER),
    ];
    this.own = new Map(
      tenants.map((tenant) => [tenant.id, this.tenant(tenant, signed(tenant, renderPolicyData(tenant)))]),
    );
    this.registerOutputs({});
  }

  /** What a container must wait for that mounts policies: the rules, and its tenant's policy. */
  requirements({ mounts, tenant }: Pick<Container, "mounts" | "tenant">): pulumi.Resource[] {
    if (!mounts.some(({ source }) => source.startsWith(`${POLICY_FOLDER}/`))) return [];
    // Who serves all tenants waits for none: they come and go under its eyes.
    const own = tenant === undefined ? undefined : this.own.get(tenant);
    return [...this.shared, ...(own ? [own] : [])];
  }

  /** Laid after the rules: a bundle that names rules which are not there is not taken. */
  private tenant({ id }: Tenant, policy: pulumi.Output<SignedPolicy>): NodeFiles {
    const files = {
      "data.json": { content: policy.apply(({ data }) => data), mode: "0444" },
      "bundle.json": { content: policy.apply(({ bundle }) => bundle), mode: "0444" },
    };
    return this.files(`${id}-policy`, `tenants/${id}`, files, this.shared);
  }

  private files(name: string, folder: string, files: NodeFilesArgs["files"], after: pulumi.Resource[] = []): NodeFiles {
    const place = { node: this.node, path: `${POLICY_FOLDER}/${folder}` };
    const owner = { uid: SERVICE_UID, gid: SERVICE_UID, dirMode: "0750" };
    return new NodeFiles(name, { ...place, ...owner, files }, { parent: this, dependsOn: after });
  }
}
