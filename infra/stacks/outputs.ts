import * as pulumi from "@pulumi/pulumi";
import type { Model } from "../model/types.ts";

/** A tenant's credentials, as the data stack hands them to the stacks that deliver them. */
export interface TenantSecrets {
  /** Redis user suffix (`writer`, `reader`, `ingest`) → password. */
  readonly redis: Readonly<Record<string, string>>;
  readonly postgres: Readonly<Record<"app" | "reader", string>>;
  /** JWT for the tenant's collections. */
  readonly qdrantToken: string;
  /** Key name → `sk-<tenant>-…` */
  readonly apiKeys: Readonly<Record<string, string>>;
  readonly signing: { readonly publicKey: string; readonly seed: string; readonly certificate: string };
}

/** What the data stack exports for the others. Names of stack outputs are part of the contract between stacks. */
export interface DataOutputs {
  readonly caCert: string;
  readonly rootPublicKey: string;
  readonly rootSeed: string;
  /** Service id → PEM certificate and key, for servers that run on other nodes. */
  readonly certificates: Readonly<Record<string, { readonly cert: string; readonly key: string }>>;
  /** Tenant id → credentials. */
  readonly tenants: Readonly<Record<string, TenantSecrets>>;
}

/** Reads the data stack's outputs from another stack of the same project. */
export class DataStack {
  private readonly reference: pulumi.StackReference;
  private readonly stack: string;

  /** @param node id of the node that runs the stores, which is its stack's name */
  constructor(node: string) {
    this.stack = node;
    this.reference = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${node}`);
  }

  /** The stack of the node whose role is `data`. */
  static of(model: Model): DataStack {
    const node = model.nodes.find((n) => n.role === "data");
    if (node === undefined) throw new Error("the manifest has no node with role data");
    return new DataStack(node.id);
  }

  /** The roots of trust every node receives. */
  anchors(): { caCert: pulumi.Output<string>; rootSeed: pulumi.Output<string>; rootPublicKey: pulumi.Output<string> } {
    return {
      caCert: this.output("caCert"),
      rootSeed: this.output("rootSeed"),
      rootPublicKey: this.output("rootPublicKey"),
    };
  }

  /** One of the fleet-wide outputs. */
  output<K extends keyof DataOutputs>(name: K): pulumi.Output<DataOutputs[K]> {
    return this.reference.requireOutput(name) as pulumi.Output<DataOutputs[K]>;
  }

  /**
   * A tenant's credentials. In a preview a tenant that the data stack has yet to create is unknown; in an update it
   * is an error that names the stack to run first.
   */
  tenant(id: string): pulumi.Output<TenantSecrets> {
    return pulumi.secret(
      this.output("tenants").apply((tenants) => {
        const found = tenants[id];
        if (found !== undefined) return found;
        if (pulumi.runtime.isDryRun()) return pulumi.unknown as unknown as TenantSecrets;
        throw new Error(
          `tenant ${id} is not in stack ${this.stack} yet: run \`pulumi up --stack ${this.stack}\` first`,
        );
      }),
    );
  }
}
