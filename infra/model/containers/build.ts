import { containerName, logTag, tokenText } from "../names.ts";
import { profileOf } from "../profiles.ts";
import { hostIn } from "../subnet.ts";
import type { Container, Fleet, Model, NodeKey, Service, Tenant, Volume } from "../types.ts";
import { alertmanagerPart } from "./alertmanager.ts";
import { controlApiPart } from "./control-api.ts";
import { dbeGatewayPart, dbeQuicPart } from "./dbe.ts";
import { entryHost } from "./entry-host.ts";
import { postgresExporterPart, redisExporterPart } from "./exporters.ts";
import { haproxyPart } from "./haproxy.ts";
import { l3RouterPart } from "./l3-router.ts";
import { l7AgentPart } from "./l7-agent.ts";
import { l7PerceptionPart } from "./l7-perception.ts";
import { l7RouterPart } from "./l7-router.ts";
import { l7ToolsPart } from "./l7-tools.ts";
import { l7WorkerPart } from "./l7-worker.ts";
import { l8CryptoPart } from "./l8-crypto.ts";
import { l8EnclavePart } from "./l8-enclave.ts";
import { l8SignalsPart } from "./l8-signals.ts";
import { l9CoalitionPart } from "./l9-coalition.ts";
import { logGatePart } from "./log-gate.ts";
import { logShipperPart } from "./log-shipper.ts";
import { lokiPart } from "./loki.ts";
import { modelProgramPart } from "./model-program.ts";
import { nc3Part } from "./nc3.ts";
import { nodeAgentPart } from "./node-agent.ts";
import { nodeExporterPart } from "./node-exporter.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { CA_FILE, SERVICE_GID, SERVICE_UID } from "./paths.ts";
import { portainerPart } from "./portainer.ts";
import { postgresPart } from "./postgres.ts";
import { prometheusPart } from "./prometheus.ts";
import { proposingProgramPart } from "./proposing-program.ts";
import { qdrantPart } from "./qdrant.ts";
import { redisPart } from "./redis.ts";
import { shrinkPart } from "./shrink.ts";
import { tenantProgramPart } from "./tenant-program.ts";

type Parts = Pick<Model, "fleet" | "nodes" | "networks" | "devices" | "services" | "dbe" | "alerts" | "tenants">;

const PARTS: Readonly<Record<string, (context: PartContext) => ContainerPart>> = {
  "dsmil-redis": redisPart,
  "dsmil-postgres": postgresPart,
  "dsmil-qdrant": qdrantPart,
  "dsmil-haproxy": haproxyPart,
  "dsmil-dbe-gateway": dbeGatewayPart,
  "dsmil-dbe-quic": dbeQuicPart,
  "dsmil-l7-perception": l7PerceptionPart,
  "dsmil-l7-worker": l7WorkerPart,
  "dsmil-l7-router": l7RouterPart,
  "dsmil-l7-agent": l7AgentPart,
  "dsmil-l7-tools": l7ToolsPart,
  "dsmil-l3-router": l3RouterPart,
  "dsmil-l4-classifier": modelProgramPart,
  "dsmil-l5-forecaster": modelProgramPart,
  "dsmil-l6-risk": modelProgramPart,
  "dsmil-l7-rag": modelProgramPart,
  "dsmil-l8-analytics": tenantProgramPart,
  "dsmil-l8-advml": tenantProgramPart,
  "dsmil-l8-crypto": l8CryptoPart,
  "dsmil-l8-signals": l8SignalsPart,
  "dsmil-l8-enclave": l8EnclavePart,
  "dsmil-l8-soar": proposingProgramPart,
  "dsmil-l9-coa": proposingProgramPart,
  "dsmil-l9-strategy": proposingProgramPart,
  "dsmil-l9-coalition": l9CoalitionPart,
  "dsmil-l9-nc3": nc3Part,
  "dsmil-shrink": shrinkPart,
  "dsmil-node-agent": nodeAgentPart,
  "dsmil-control-api": controlApiPart,
  "dsmil-node-exporter": nodeExporterPart,
  "dsmil-redis-exporter": redisExporterPart,
  "dsmil-postgres-exporter": postgresExporterPart,
  "dsmil-prometheus": prometheusPart,
  "dsmil-alertmanager": alertmanagerPart,
  "dsmil-log-shipper": logShipperPart,
  "dsmil-log-gate": logGatePart,
  "dsmil-loki": lokiPart,
  "dsmil-portainer": portainerPart,
};

/** All containers and their volumes: service by service, in each tenant by tenant or replica by replica. */
export function buildContainers(model: Parts): Pick<Model, "containers" | "volumes"> {
  const containers: Container[] = [];
  const volumes = new Map<string, Volume>();
  for (const service of model.services) {
    // Over TLS the gateway listens itself.
    if (service.image === "dsmil-dbe-quic" && model.dbe.transport !== "quic") continue;
    const scalable = profileOf(service.image).scalable;
    const copies = service.scope === "tenant" ? model.tenants.length : service.replicas;
    for (let copy = 0; copy < copies; copy++) {
      const tenant = service.scope === "tenant" ? model.tenants[copy] : undefined;
      const built = build(model, service, tenant, scalable ? copy + 1 : undefined);
      containers.push(built.container);
      for (const volume of built.volumes) volumes.set(`${volume.node} ${volume.name}`, volume);
    }
  }
  return { containers, volumes: [...volumes.values()] };
}

function build(
  model: Parts,
  service: Service,
  tenant: Tenant | undefined,
  replica: number | undefined,
): { container: Container; volumes: readonly Volume[] } {
  const { fleet, dbe, nodes } = model;
  const node = nodes.find(({ id }) => id === service.node);
  const nodeKey: NodeKey = node?.key ?? { kind: "file" };
  const needs = model.services.filter(({ id }) => service.needs.includes(id));
  const name = containerName(fleet.name, service.id, tenant?.id ?? replica ?? nodeOf(service));
  const context = {
    fleet,
    service,
    dbe,
    alerts: model.alerts,
    nodeKey,
    nodes: nodes.map(({ id }) => id),
    address: node?.address ?? "",
    needs,
    neighbours: model.services.filter((other) => other.node === service.node),
    peers: peersOf(model, service, needs),
    served: model.services.flatMap(({ device }) => device ?? []),
    common: commonEnv(model, service),
    ...(tenant && { tenant }),
    name,
  };
  const makePart = PARTS[service.image];
  if (makePart === undefined) throw new Error(`image ${service.image} has no container description`);
  const { volumes, publish = [], ...part } = makePart(context);
  const container: Container = {
    name,
    service: service.id,
    image: imageOf(fleet, service, nodeKey),
    node: service.node,
    ...identityOf(service, tenant, replica),
    memoryMiB: service.memoryMiB,
    cpus: service.cpus,
    ...(profileOf(service.image).hostNetwork && { networkMode: "host" as const }),
    networks: attachments(model, service, replica),
    publish: [
      ...(service.publish === undefined
        ? []
        : [{ internal: service.port, external: service.publish, protocol: "tcp" } as const]),
      ...publish,
    ],
    devices: [],
    user: `${SERVICE_UID}:${SERVICE_GID}`,
    command: [],
    logTag: logTag(fleet.name, service.id, tenant?.id),
    labels: labels(service, tenant),
    ...part,
  };
  return { container, volumes };
}

/** Whose the container is, and which of its service's. */
function identityOf({ layer, device }: Service, tenant: Tenant | undefined, replica: number | undefined) {
  return {
    ...(tenant && { tenant: tenant.id }),
    ...(layer !== undefined && { layer }),
    ...(device !== undefined && { device }),
    ...(replica !== undefined && { replica }),
  };
}

/** What tells the containers of a service apart that every node has one of. */
const nodeOf = ({ scope, node }: Service): string | undefined => (scope === "node" ? node : undefined);

/**
 * The vendor's Qdrant where its registry can be reached; the lab's stand-in over the same engine otherwise. A gateway that
 * opens a key sealed by a TPM has the tools for it.
 */
function imageOf({ imageSource }: Fleet, { image }: Service, { kind }: NodeKey): string {
  if (image === "dsmil-dbe-gateway" && kind === "tpm2") return "dsmil-dbe-gateway-tpm";
  return imageSource === "vendor" && image === "dsmil-qdrant" ? "dsmil-qdrant-vendor" : image;
}

function commonEnv({ fleet, devices }: Parts, service: Service): Record<string, string> {
  const device = devices.find(({ id }) => id === service.device);
  return {
    NODE_ID: service.node,
    SERVICE: service.id,
    ...(service.layer !== undefined && { LAYER: service.layer }),
    ...(device && { DEVICE_ID: String(device.id), TOKEN_ID_BASE: tokenText(device.tokenIdBase) }),
    LOG_LEVEL: fleet.logLevel,
    CA_FILE,
  };
}

function labels(service: Service, tenant: Tenant | undefined): Record<string, string> {
  return {
    "dsmil.node": service.node,
    "dsmil.tenant": tenant?.id ?? "shared",
    "dsmil.service": service.id,
    ...(service.layer !== undefined && { "dsmil.layer": service.layer }),
    ...(service.device !== undefined && { "dsmil.device": String(service.device) }),
  };
}

/** Host number of the first server behind an entry point; each further service has a block of its own. */
const SERVER_HOST = 11;
/** Addresses a service has to grow into: the most replicas a service may have. */
const BLOCK = 16;

/** Networks of a container. Where containers talk to each other, each has a fixed address that others can be told. */
function attachments({ networks, services }: Parts, service: Service, replica = 1): Container["networks"] {
  return service.networks.map((id) => {
    const network = networks.find((n) => n.id === id);
    const subnet = network?.subnets[service.node];
    if (network === undefined || subnet === undefined) throw new Error(`service ${service.id}: no network ${id}`);
    if (!network.intercontainer) return { id };
    const beside = services.filter(
      (s) => s.node === service.node && s.networks.includes(id) && isEntry(s) === isEntry(service),
    );
    const ids = beside.map((s) => s.id);
    const host = isEntry(service)
      ? entryHost(service.id, ids)
      : SERVER_HOST + ids.indexOf(service.id) * BLOCK + replica - 1;
    return { id, ipv4: hostIn(subnet, host) };
  });
}

/** Addresses of what a service needs, on networks that both are on. */
function peersOf(model: Parts, service: Service, needs: readonly Service[]): PartContext["peers"] {
  const addresses = needs.map((other): [string, string[]] => [
    other.id,
    Array.from({ length: other.replicas }, (_, replica) =>
      attachments(model, other, replica + 1).flatMap(({ id, ipv4 }) =>
        ipv4 !== undefined && service.networks.includes(id) && other.node === service.node ? [ipv4] : [],
      ),
    ).flat(),
  ]);
  return Object.fromEntries(addresses.filter(([, found]) => found.length > 0));
}

const isEntry = (service: Service): boolean => service.publish !== undefined;
