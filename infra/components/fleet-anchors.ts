import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest.js";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert.js";
import { PrivateKey } from "@pulumi/tls/privateKey.js";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert.js";
import {
  agentCertificate,
  controlCertificate,
  hostName,
  ingestCertificate,
  shrinkCertificate,
} from "../model/names.ts";
import type { Model } from "../model/types.ts";
import { FleetRootKey } from "../provider/index.ts";

/** A server certificate with its key, both PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Where a server of the fleet is found: its node and the names clients use. */
interface Endpoint {
  readonly service: string;
  readonly node: string;
  readonly names: readonly string[];
  /** Whether it also presents its certificate as a client. */
  readonly client?: boolean;
}

const HOURS_PER_DAY = 24;
/** Leaf certificates live 90 days and are renewed by any `up` in their last 30. */
const LEAF_DAYS = 90;
const LEAF_RENEW_DAYS = 30;
const CA_DAYS = 5 * 365;

/** The fleet's roots of trust: its certificate authority, its servers' certificates, its ML-DSA-87 root key. */
export class FleetAnchors extends pulumi.ComponentResource {
  readonly caCert: pulumi.Output<string>;
  readonly rootPublicKey: pulumi.Output<string>;
  readonly rootSeed: pulumi.Output<string>;
  private readonly certificates = new Map<string, pulumi.Output<ServerCertificate>>();

  constructor(model: Model, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:FleetAnchors", "anchors", {}, opts);
    const child = { parent: this };
    const caKey = new PrivateKey("ca", { algorithm: "ECDSA", ecdsaCurve: "P384" }, child);
    const ca = new SelfSignedCert(
      "ca",
      {
        privateKeyPem: caKey.privateKeyPem,
        subject: { commonName: `${model.fleet.name} internal CA`, organization: model.fleet.name },
        isCaCertificate: true,
        validityPeriodHours: CA_DAYS * HOURS_PER_DAY,
        earlyRenewalHours: LEAF_DAYS * HOURS_PER_DAY,
        allowedUses: ["cert_signing", "crl_signing"],
      },
      child,
    );
    const root = new FleetRootKey("root", { name: model.fleet.name }, child);
    this.caCert = ca.certPem;
    this.rootPublicKey = root.publicKey;
    this.rootSeed = root.seed;
    for (const endpoint of endpoints(model)) {
      this.certificates.set(endpoint.service, this.issue(model, endpoint, caKey, ca));
    }
    this.registerOutputs({ caCert: this.caCert, rootPublicKey: this.rootPublicKey });
  }

  /** The certificate of one server, `redis`, `postgres`, `qdrant` or `haproxy`, of a node by its id, or of a tenant's ingest. */
  certificate(service: string): pulumi.Output<ServerCertificate> {
    const found = this.certificates.get(service);
    if (found === undefined) throw new Error(`no certificate is issued for ${service}`);
    return found;
  }

  private issue(model: Model, { service, node, names, client }: Endpoint, caKey: PrivateKey, ca: SelfSignedCert) {
    const child = { parent: this };
    const address = model.nodes.find((n) => n.id === node)?.address ?? "";
    const key = new PrivateKey(service, { algorithm: "ECDSA", ecdsaCurve: "P256" }, child);
    const request = new CertRequest(
      service,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: names[0] ?? service, organization: model.fleet.name },
        dnsNames: [...names],
        ipAddresses: [address],
      },
      child,
    );
    const cert = new LocallySignedCert(
      service,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: caKey.privateKeyPem,
        caCertPem: ca.certPem,
        validityPeriodHours: LEAF_DAYS * HOURS_PER_DAY,
        earlyRenewalHours: LEAF_RENEW_DAYS * HOURS_PER_DAY,
        allowedUses: ["digital_signature", "key_encipherment", "server_auth", ...(client ? ["client_auth"] : [])],
      },
      child,
    );
    return pulumi.secret(
      pulumi.all([cert.certPem, key.privateKeyPem]).apply(([certPem, keyPem]) => ({ cert: certPem, key: keyPem })),
    );
  }
}

/** Servers that present a certificate, with the names of the fleet's name plan. */
function endpoints({ services, nodes, fleet, tenants }: Model): Endpoint[] {
  const published: Record<string, string> = {
    redis: "redis",
    postgres: "postgres",
    qdrant: "qdrant",
    haproxy: "l7",
    shrink: "shrink",
    prometheus: "prometheus",
    alertmanager: "alertmanager",
  };
  const servers = services
    .filter((s) => published[s.id] !== undefined && s.scope !== "tenant")
    .map((s) => ({
      service: s.id,
      node: s.node,
      names: [`${published[s.id]}.${fleet.domain}`, `${s.node}.${fleet.domain}`],
      // It shows agents who it is.
      ...(s.id === "prometheus" && { client: true }),
    }));
  const agents = services
    .filter(({ id }) => id === "node-agent")
    .map(({ node }) => ({ service: agentCertificate(node), node, names: [hostName(node, fleet.domain)] }));
  const controls = services
    .filter(({ id }) => id === "control-api")
    .map(({ node }) => ({ service: controlCertificate(node), node, names: [hostName(node, fleet.domain)] }));
  // Nodes speak to each other by theirs: each is server and client.
  const machines = nodes.map(({ id, hostname }) => ({ service: id, node: id, names: [hostname], client: true }));
  const l3 = services.find(({ id }) => id === "l3-router");
  const ingests = tenants
    .filter(({ ingestPort }) => l3 !== undefined && ingestPort !== undefined)
    .map(({ id }) => ({
      service: ingestCertificate(id),
      node: l3?.node ?? "",
      names: [`ingest-${id}.${fleet.domain}`, hostName(l3?.node ?? "", fleet.domain)],
    }));
  const shrink = services.find(({ id, scope }) => id === "shrink" && scope === "tenant");
  const shrinks = (shrink ? tenants : []).map(({ id }) => ({
    service: shrinkCertificate(id),
    node: shrink?.node ?? "",
    names: [`shrink-${id}.${fleet.domain}`, hostName(shrink?.node ?? "", fleet.domain)],
  }));
  return [...servers, ...machines, ...agents, ...controls, ...ingests, ...shrinks];
}
