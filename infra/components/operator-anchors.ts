import * as pulumi from "@pulumi/pulumi";
import type { Model } from "../model/types.ts";
import { Authority } from "./authority.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";

/** What the doors of the monitoring are opened with, as the data stack hands it on. */
export interface OperatorAccess {
  /** PEM of the authority whose certificates get in. */
  readonly clientsCa: string;
  /** Of the operator's commands. */
  readonly operator: ServerCertificate;
  /** Of Prometheus, to ask itself for its own figures. */
  readonly self: ServerCertificate;
  /** Of the control API beside it, to ask for service levels; absent until the data stack has made it. */
  readonly control?: ServerCertificate;
}

/**
 * An authority for who may ask Prometheus, apart from the fleet's: that one also certifies nodes, whose gateways are clients
 * of each other, and nothing on a node is to read what all tenants' services tell.
 */
export class OperatorAnchors extends pulumi.ComponentResource {
  readonly access: pulumi.Output<OperatorAccess>;

  constructor(model: Model, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:OperatorAnchors", "operators", {}, opts);
    const { name } = model.fleet;
    const authority = new Authority("operators-ca", `${name} operators CA`, name, this);
    const issue = (commonName: string) =>
      authority.issue(commonName, { commonName, uses: ["digital_signature", "client_auth"] });
    const [operator, self, control] = [issue("operator"), issue("prometheus-self"), issue("control-api")];
    this.access = pulumi.secret(pulumi.output({ clientsCa: authority.cert, operator, self, control }));
    this.registerOutputs({});
  }
}
