import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest.js";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert.js";
import { PrivateKey } from "@pulumi/tls/privateKey.js";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert.js";
import type { Model } from "../model/types.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";

/** An operator's certificate and key, and the key's public half, all PEM. */
export interface OperatorCertificate extends ServerCertificate {
  readonly publicKey: string;
}

/** How operators are known to the control API, as the data stack hands it on. */
export interface ControlAccess {
  /** PEM of the authority of operators' certificates. */
  readonly clientsCa: string;
  /** By the operators' names in the manifest. */
  readonly operators: Readonly<Record<string, OperatorCertificate>>;
}

const HOURS_PER_DAY = 24;
const LEAF_DAYS = 90;
const LEAF_RENEW_DAYS = 30;
const CA_DAYS = 5 * 365;

/**
 * An authority for operators of the control API, apart from that of the monitoring: Prometheus tells whoever has a
 * certificate of its clients' authority of all tenants, and an operator may see one tenant only.
 */
export class ControlAnchors extends pulumi.ComponentResource {
  readonly access: pulumi.Output<ControlAccess>;

  constructor(model: Pick<Model, "fleet" | "operators">, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:ControlAnchors", "control", {}, opts);
    const child = { parent: this };
    const key = new PrivateKey("control-ca", { algorithm: "ECDSA", ecdsaCurve: "P384" }, child);
    const ca = new SelfSignedCert(
      "control-ca",
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: `${model.fleet.name} control CA`, organization: model.fleet.name },
        isCaCertificate: true,
        validityPeriodHours: CA_DAYS * HOURS_PER_DAY,
        earlyRenewalHours: LEAF_DAYS * HOURS_PER_DAY,
        allowedUses: ["cert_signing", "crl_signing"],
      },
      child,
    );
    const operators = model.operators.map(({ name }) => [name, this.issue(model, name, key, ca)] as const);
    const access = { clientsCa: ca.certPem, operators: Object.fromEntries(operators) };
    this.access = pulumi.secret(pulumi.output(access));
    this.registerOutputs({});
  }

  private issue({ fleet }: Pick<Model, "fleet">, name: string, caKey: PrivateKey, ca: SelfSignedCert) {
    const child = { parent: this };
    const id = `operator-${name}`;
    const key = new PrivateKey(id, { algorithm: "ECDSA", ecdsaCurve: "P256" }, child);
    const subject = { commonName: name, organization: fleet.name };
    const request = new CertRequest(id, { privateKeyPem: key.privateKeyPem, subject }, child);
    const cert = new LocallySignedCert(
      id,
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
    return { cert: cert.certPem, key: key.privateKeyPem, publicKey: key.publicKeyPem };
  }
}
