import * as pulumi from "@pulumi/pulumi";
import { SERVER_NAMES } from "../model/certified-servers.ts";
import {
  agentCertificate,
  controlCertificate,
  hostName,
  ingestCertificate,
  shipperCertificate,
  shrinkCertificate,
} from "../model/names.ts";
import type { Model } from "../model/types.ts";
import { FleetRootKey } from "../provider/index.ts";
import { Authority } from "./authority.ts";

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
  /** Whether it also presents its certificate as a client, or as nothing else. */
  readonly client?: boolean | "only";
}

/** The fleet's roots of trust: its certificate authority, its servers' certificates, its ML-DSA-87 root key. */
export class FleetAnchors extends pulumi.ComponentResource {
  readonly caCert: pulumi.Output<string>;
  readonly rootPublicKey: pulumi.Output<string>;
  readonly rootSeed: pulumi.Output<string>;
  private readonly certificates = new Map<string, pulumi.Output<ServerCertificate>>();

  constructor(model: Model, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:FleetAnchors", "anchors", {}, opts);
    const { name } = model.fleet;
    const authority = new Authority("ca", `${name} internal CA`, name, this);
    const root = new FleetRootKey("root", { name }, { parent: this });
    this.caCert = authority.cert;
    this.rootPublicKey = root.publicKey;
    this.rootSeed = root.seed;
    for (const endpoint of endpoints(model)) {
      this.certificates.set(endpoint.service, issue(model, endpoint, authority));
    }
    this.registerOutputs({ caCert: this.caCert, rootPublicKey: this.rootPublicKey });
  }

  /** The certificate of one server, `redis`, `postgres`, `qdrant` or `haproxy`, of a node by its id, or of a tenant's ingest. */
  certificate(service: string): pulumi.Output<ServerCertificate> {
    const found = this.certificates.get(service);
    if (found === undefined) throw new Error(`no certificate is issued for ${service}`);
    return found;
  }
}

function issue(model: Model, { service, node, names, client }: Endpoint, authority: Authority) {
  const address = model.nodes.find((n) => n.id === node)?.address ?? "";
  const { cert, key } = authority.issue(service, {
    commonName: names[0] ?? service,
    dnsNames: names,
    ipAddresses: [address],
    uses: [
      "digital_signature",
      "key_encipherment",
      ...(client === "only" ? [] : ["server_auth"]),
      ...(client ? ["client_auth"] : []),
    ],
  });
  return pulumi.secret(pulumi.all([cert, key]).apply(([certPem, keyPem]) => ({ cert: certPem, key: keyPem })));
}

/** Servers that present a certificate, with the names of the fleet's name plan. */
function endpoints({ services, nodes, fleet, tenants }: Model): Endpoint[] {
  const servers = services
    .filter((s) => SERVER_NAMES[s.id] !== undefined && s.scope !== "tenant")
    .map((s) => ({
      service: s.id,
      node: s.node,
      names: [`${SERVER_NAMES[s.id]}.${fleet.domain}`, `${s.node}.${fleet.domain}`],
      // It shows agents who it is.
      ...(s.id === "prometheus" && { client: true }),
    }));
  const agents = services
    .filter(({ id }) => id === "node-agent")
    .map(({ node }) => ({ service: agentCertificate(node), node, names: [hostName(node, fleet.domain)] }));
  // A name of its own: with it nobody is a gateway of the bus, and no gateway sends lines.
  const shippers = services
    .filter(({ id }) => id === "log-shipper")
    .map(({ node }) => ({
      service: shipperCertificate(node),
      node,
      names: [`log-shipper.${hostName(node, fleet.domain)}`],
      client: "only" as const,
    }));
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
  return [...servers, ...machines, ...agents, ...controls, ...shippers, ...ingests, ...shrinks];
}
