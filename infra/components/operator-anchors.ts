import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest.js";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert.js";
import { PrivateKey } from "@pulumi/tls/privateKey.js";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert.js";
import type { Model } from "../model/types.ts";
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

const HOURS_PER_DAY = 24;
const LEAF_DAYS = 90;
const LEAF_RENEW_DAYS = 30;
const CA_DAYS = 5 * 365;

/**
 * An authority for who may ask Prometheus, apart from the fleet's: that one also certifies nodes, whose gateways are clients
 * of each other, and nothing on a node is to read what all tenants' services tell.
 */
export class OperatorAnchors extends pulumi.ComponentResource {
  readonly access: pulumi.Output<OperatorAccess>;

  constructor(model: Model, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:OperatorAnchors", "operators", {}, opts);
    const child = { parent: this };
    const key = new PrivateKey("operators-ca", { algorithm: "ECDSA", ecdsaCurve: "P384" }, child);
    const ca = new SelfSignedCert(
      "operators-ca",
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: `${model.fleet.name} operators CA`, organization: model.fleet.name },
        isCaCertificate: true,
        validityPeriodHours: CA_DAYS * HOURS_PER_DAY,
        earlyRenewalHours: LEAF_DAYS * HOURS_PER_DAY,
        allowedUses: ["cert_signing", "crl_signing"],
      },
      child,
    );
    const issue = (name: string) => this.issue(model, name, key, ca);
    const [operator, self, control] = [issue("operator"), issue("prometheus-self"), issue("control-api")];
    this.access = pulumi.secret(pulumi.output({ clientsCa: ca.certPem, operator, self, control }));
    this.registerOutputs({});
  }

  private issue(model: Model, name: string, caKey: PrivateKey, ca: SelfSignedCert) {
    const child = { parent: this };
    const key = new PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, child);
    const subject = { commonName: name, organization: model.fleet.name };
    const request = new CertRequest(name, { privateKeyPem: key.privateKeyPem, subject }, child);
    const cert = new LocallySignedCert(
      name,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: caKey.privateKeyPem,
        caCertPem: ca.certPem,
        validityPeriodHours: LEAF_DAYS * HOURS_PER_DAY,
        earlyRenewalHours: LEAF_RENEW_DAYS * HOURS_PER_DAY,
        allowedUses: ["digital_signature", "client_auth"],
      },
      child,
    );
    return { cert: cert.certPem, key: key.privateKeyPem };
  }
}
