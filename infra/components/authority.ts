import type * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest.js";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert.js";
import { PrivateKey } from "@pulumi/tls/privateKey.js";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert.js";

/** Who a certificate is for. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Names and addresses a server is found by; a client has none. */
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** What it may be used for, in the words of `tls:LocallySignedCert`. */
  readonly uses: readonly string[];
}

/** A certificate that an authority issued, with its key and that key's public half, all PEM. */
export interface Issued {
  readonly cert: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
  readonly publicKey: pulumi.Output<string>;
}

const HOURS_PER_DAY = 24;
/** Leaf certificates live 90 days and are renewed by any `up` in their last 30. */
const LEAF_DAYS = 90;
const LEAF_RENEW_DAYS = 30;
const CA_DAYS = 5 * 365;

/** A certificate authority; it and what it issues are children of the component that has it. */
export class Authority {
  /** PEM of its own certificate. */
  readonly cert: pulumi.Output<string>;
  private readonly key: PrivateKey;
  private readonly organization: string;
  private readonly child: pulumi.CustomResourceOptions;

  /** @param name of its resources; what it issues has names of its own */
  constructor(name: string, commonName: string, organization: string, parent: pulumi.ComponentResource) {
    this.organization = organization;
    this.child = { parent };
    this.key = new PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P384" }, this.child);
    const { certPem } = new SelfSignedCert(
      name,
      {
        privateKeyPem: this.key.privateKeyPem,
        subject: { commonName, organization },
        isCaCertificate: true,
        validityPeriodHours: CA_DAYS * HOURS_PER_DAY,
        earlyRenewalHours: LEAF_DAYS * HOURS_PER_DAY,
        allowedUses: ["cert_signing", "crl_signing"],
      },
      this.child,
    );
    this.cert = certPem;
  }

  /** A key and a certificate for it, as resources of this name. */
  issue(name: string, { commonName, dnsNames, ipAddresses, uses }: CertificateRequest): Issued {
    const key = new PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, this.child);
    const request = new CertRequest(
      name,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName, organization: this.organization },
        ...(dnsNames && { dnsNames: [...dnsNames] }),
        ...(ipAddresses && { ipAddresses: [...ipAddresses] }),
      },
      this.child,
    );
    const { certPem } = new LocallySignedCert(
      name,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: this.key.privateKeyPem,
        caCertPem: this.cert,
        validityPeriodHours: LEAF_DAYS * HOURS_PER_DAY,
        earlyRenewalHours: LEAF_RENEW_DAYS * HOURS_PER_DAY,
        allowedUses: [...uses],
      },
      this.child,
    );
    return { cert: certPem, key: key.privateKeyPem, publicKey: key.publicKeyPem };
  }
}
