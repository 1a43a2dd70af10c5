import * as pulumi from "@pulumi/pulumi";
import type { ControlAccess, ControlKeys } from "../components/control-anchors.ts";
import type { DbeGatewayArgs } from "../components/dbe-gateway.ts";
import type { ServerCertificate } from "../components/fleet-anchors.ts";
import type { SignedPolicy } from "../components/node-policies.ts";
import type { OperatorAccess } from "../components/operator-anchors.ts";
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
  /** What outsiders of the tenant show: to send log lines (`ingest`), to tell of operators (`shrink`). */
  readonly tokens: Readonly<Record<"ingest" | "shrink", string>>;
  /** The tenant's key for bundles to its partners; absent until the data stack has made it. */
  readonly coalition?: { readonly seed: string; readonly certificate: string };
  readonly signing: { readonly publicKey: string; readonly seed: string; readonly certificate: string };
}

/** What the data stack exports for the others. Names of stack outputs are part of the contract between stacks. */
export interface DataOutputs {
  readonly caCert: string;
  readonly rootPublicKey: string;
  readonly rootSeed: string;
  /** Service or node id → PEM certificate and key, for servers that run on other nodes and for these nodes. */
  readonly certificates: Readonly<Record<string, ServerCertificate>>;
  /** Server or node id → PEM certificate, without its key. */
  readonly serverCertificates: Readonly<Record<string, string>>;
  /** Node id → password of its role in the audit trail. */
  readonly auditPasswords: Readonly<Record<string, string>>;
  /** Of the role that sees the whole audit trail. */
  readonly audit: { readonly readerPassword: string };
  /** What Prometheus is asked with. */
  readonly monitoring: OperatorAccess;
  /** What the log gate is asked with: tokens of the operator and of each tenant's readers; absent without Loki. */
  readonly logs?: { readonly operator: string; readonly readers: Readonly<Record<string, string>> };
  /** How operators are known to the control API, and what they ask with; absent until the data stack has made it. */
  readonly control?: ControlAccess;
  /** Tenant id → credentials. */
  readonly tenants: Readonly<Record<string, TenantSecrets>>;
  /** SHA-384 of a model.json in hex → text of its model.sig. */
  readonly modelSignatures: Readonly<Record<string, string>>;
  /** Tenant id → its policy, signed by the root. */
  readonly policies: Readonly<Record<string, SignedPolicy>>;
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

  /** What a node's gateway to the bus receives. */
  gateway(node: string): Pick<DbeGatewayArgs, "certificate" | "auditPassword" | "tenantCertificate"> {
    return {
      certificate: this.certificate(node),
      auditPassword: this.entry("auditPasswords", node, `node ${node}`),
      tenantCertificate: ({ id }) => pulumi.unsecret(this.tenant(id).apply((secrets) => secrets.signing.certificate)),
    };
  }

  /** Certificate and key of a server, by the service's id, or of a node. */
  certificate(id: string): pulumi.Output<ServerCertificate> {
    return this.entry("certificates", id, `the certificate of ${id}`);
  }

  /** Certificates of these servers and nodes, without their keys. What else the stack still has is not among them. */
  serverCertificates(ids: readonly string[]): pulumi.Output<DataOutputs["serverCertificates"]> {
    return this.reference
      .getOutput("serverCertificates")
      .apply((map: DataOutputs["serverCertificates"] | undefined) =>
        Object.fromEntries(ids.map((id) => [id, this.present(map?.[id], `the certificate of ${id}`)])),
      );
  }

  /** Password of the role that reads the whole audit trail. */
  auditReaderPassword(): pulumi.Output<string> {
    const password = this.reference
      .getOutput("audit")
      .apply((audit: DataOutputs["audit"] | undefined) => this.present(audit?.readerPassword, "the audit reader"));
    return pulumi.secret(password) as pulumi.Output<string>;
  }

  /** What Prometheus is asked with. */
  monitoring(): pulumi.Output<OperatorAccess> {
    const access = this.reference
      .getOutput("monitoring")
      .apply((found: OperatorAccess | undefined) => this.present(found, "output monitoring"));
    return pulumi.secret(access) as pulumi.Output<OperatorAccess>;
  }

  /** How operators are known to the control API. */
  control(): ControlKeys {
    const found = this.reference.getOutput("control") as pulumi.Output<ControlAccess | undefined>;
    return {
      clientsCa: found.apply((access) => this.present(access?.clientsCa, "the authority of operators")),
      publicKey: (name) =>
        found.apply((access) => this.present(access?.operators[name]?.publicKey, `the key of operator ${name}`)),
    };
  }

  /** A tenant's credentials. */
  tenant(id: string): pulumi.Output<TenantSecrets> {
    return this.entry("tenants", id, `tenant ${id}`);
  }

  /** Text of model.sig for a model.json of this SHA-384. */
  modelSignature(release: {
    readonly name: string;
    readonly version: string;
    readonly digest: string;
  }): pulumi.Output<string> {
    const { name, version, digest } = release;
    return this.reference
      .getOutput("modelSignatures")
      .apply((map: DataOutputs["modelSignatures"] | undefined) =>
        this.present(map?.[digest], `the signature of model ${name} ${version}`),
      );
  }

  /**
   * A tenant's policy as the root signed it.
   * @param wanted what the manifest makes of it: while the data stack has signed another, a preview does not know it
   */
  policy(id: string, wanted: { readonly data: string; readonly rules: string }): pulumi.Output<SignedPolicy> {
    const signed = this.reference.getOutput("policies").apply((map: DataOutputs["policies"] | undefined) => {
      const found = map?.[id];
      const isDue = found && (found.data !== wanted.data || !found.bundle.includes(wanted.rules));
      return this.present(isDue && pulumi.runtime.isDryRun() ? undefined : found, `the policy of ${id}`);
    });
    return pulumi.unsecret(signed);
  }

  /** One of the fleet-wide outputs. */
  private output<K extends "caCert" | "rootSeed" | "rootPublicKey">(name: K): pulumi.Output<string> {
    return this.reference.getOutput(name).apply((value: string | undefined) => this.present(value, `output ${name}`));
  }

  /** One entry of an output that is a map; secret. */
  private entry<T>(name: "auditPasswords" | "certificates" | "tenants", key: string, what: string): pulumi.Output<T> {
    const found = this.reference
      .getOutput(name)
      .apply((map: Readonly<Record<string, T>> | undefined) => this.present(map?.[key], what));
    return pulumi.secret(found) as pulumi.Output<T>;
  }

  /**
   * What the data stack has yet to create is unknown in a preview; in an update it is an error that names the stack to run
   * first.
   */
  private present<T>(value: T | undefined, what: string): T {
    if (value !== undefined) return value;
    if (pulumi.runtime.isDryRun()) return pulumi.unknown as unknown as T;
    throw new Error(`${what} is not in stack ${this.stack} yet: run \`pulumi up --stack ${this.stack}\` first`);
  }
}
