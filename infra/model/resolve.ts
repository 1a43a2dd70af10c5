import { buildContainers } from "./containers/build.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { logParts } from "./log-parts.ts";
import type {
  Manifest,
  ManifestDbe,
  ManifestDevice,
  ManifestPartner,
  ManifestService,
  ManifestTenant,
} from "./manifest.ts";
import { collectionsOf, hostName, schemaOf, streamsOf, tenantPrefix, tokenIdBase } from "./names.ts";
import { resolveNodeKey } from "./node-key.ts";
import { profileOf } from "./profiles.ts";
import { resolveAlerts } from "./resolve-alerts.ts";
import { resolveFeed } from "./resolve-feed.ts";
import { shrinkServices } from "./shrink-services.ts";
import { carve, parseSubnet } from "./subnet.ts";
import type { Dbe, Device, Fleet, HostEntry, Model, Network, Node, Partner, Service, Tenant } from "./types.ts";
import { mebibytes, milliseconds } from "./units.ts";

/** Derives everything from a checked manifest, once. The result is plain data, frozen through and through. */
export function resolve(given: Manifest): Model {
  const manifest = { ...given, ...logParts(given) };
  const { name, domain, version, images, logging, database, log_level: logLevel } = manifest.fleet;
  const fleet: Fleet = { name, domain, version, imageSource: images, logDriver: logging, database, logLevel };
  const nodes = manifest.nodes.map(
    (node): Node => ({
      id: node.id,
      role: node.role,
      address: node.address,
      hostname: hostName(node.id, domain),
      memoryMiB: mebibytes(node.memory),
      key: resolveNodeKey(node),
    }),
  );
  const networks = manifest.networks.map(({ id, pool, intercontainer }): Network => {
    const addresses = parseSubnet(pool);
    if (addresses === undefined) throw new Error(`network ${id}: ${pool} is no network`);
    return { id, intercontainer, subnets: Object.fromEntries(nodes.map((node, i) => [node.id, carve(addresses, i)])) };
  });
  const layers = manifest.layers.map(({ id, name: title, slo }) => ({
    id,
    name: title,
    slo: {
      ...(slo.p99 !== undefined && { p99Ms: milliseconds(slo.p99) }),
      ...(slo.events_per_second !== undefined && { eventsPerSecond: slo.events_per_second }),
      availabilityPercent: slo.availability,
    },
  }));
  const devices = manifest.devices.map(resolveDevice);
  const services = shrinkServices(manifest).flatMap((service) => {
    const placed = service.scope === "node" ? nodes.map(({ id: node }) => ({ ...service, node })) : [service];
    return placed.map((one) => resolveService(one, devices));
  });
  const dbe = resolveDbe(manifest.dbe);
  const alerts = resolveAlerts(manifest.alerts);
  const logs = { loki: manifest.logs.loki, retentionHours: hours(manifest.logs.retention) };
  const tenants = manifest.tenants.map((tenant) => resolveTenant(tenant, manifest));
  const parts = { fleet, nodes, networks, devices, services, dbe, alerts, tenants };
  const hosts = hostEntries(nodes, services, domain);
  return deepFreeze({
    fleet,
    nodes,
    networks,
    layers,
    devices,
    services,
    dbe,
    operators: manifest.operators,
    alerts,
    logs,
    tenants,
    hosts,
    ...buildContainers(parts),
  });
}

function resolveDbe({ transport, port, rotation, revoked }: ManifestDbe): Dbe {
  const { every, messages } = rotation;
  return { transport, port, rotation: { seconds: milliseconds(every) / 1_000, messages }, revoked };
}

function resolveDevice({ id, layer, role, node, memory, container_memory, cpus }: ManifestDevice): Device {
  const memoryMiB = mebibytes(memory);
  const containerMemoryMiB = container_memory === undefined ? memoryMiB : mebibytes(container_memory);
  return { id, layer, role, node, memoryMiB, containerMemoryMiB, cpus, tokenIdBase: tokenIdBase(id) };
}

function resolveService(service: ManifestService, devices: readonly Device[]): Service {
  const { id, image, tag, model, scope, replicas, port, publish, networks, needs } = service;
  const device = devices.find((d) => d.id === service.device);
  const node = device?.node ?? service.node;
  const memoryMiB =
    device?.containerMemoryMiB ?? (service.memory === undefined ? undefined : mebibytes(service.memory));
  const cpus = device?.cpus ?? service.cpus;
  if (node === undefined || memoryMiB === undefined || cpus === undefined) {
    throw new Error(`service ${id} has no node, memory or cpus: the manifest was not checked`);
  }
  const layer = device?.layer ?? service.layer;
  return {
    id,
    image,
    ...(tag !== undefined && { imageTag: tag }),
    ...(model !== undefined && { languageModel: model }),
    kind: profileOf(image).kind,
    scope,
    node,
    replicas,
    ...(device !== undefined && { device: device.id }),
    ...(layer !== undefined && { layer }),
    memoryMiB,
    cpus,
    port,
    ...(publish !== undefined && { publish }),
    networks: profileOf(image).hostNetwork ? [] : networks,
    needs,
  };
}

function resolveTenant(tenant: ManifestTenant, { shrink, logs }: Manifest): Tenant {
  const { id, roe_level, actions, compartments, classification, officers, tools, notify, api_keys, retention } = tenant;
  const { ingest_port, shrink_port } = tenant;
  const { requests_per_minute: requestsPerMinute, tokens_per_day: tokensPerDay } = tenant.limits;
  return {
    id,
    prefix: tenantPrefix(id),
    roeLevel: roe_level,
    actions,
    compartments,
    classification,
    officers: officers.map(({ person, public_key }) => ({ person, publicKey: public_key })),
    tools,
    notify: notify.map(({ channel, target }) => ({ channel, target })),
    feeds: tenant.feeds.map(resolveFeed),
    coalition: tenant.coalition.map(resolvePartner),
    retentionHotSeconds: milliseconds(retention.hot) / 1_000,
    retentionSocSeconds: milliseconds(retention.soc) / 1_000,
    retentionArchiveDays: milliseconds(retention.archive) / 86_400_000,
    retentionLogsHours: hours(retention.logs ?? logs.retention),
    limits: { requestsPerMinute, tokensPerDay },
    apiKeys: api_keys,
    ...(ingest_port !== undefined && { ingestPort: ingest_port }),
    ...(shrink.mode === "per_tenant" && shrink_port !== undefined && { shrinkPort: shrink_port }),
    streams: streamsOf(id),
    schema: schemaOf(id),
    collections: collectionsOf(id),
  };
}

const hours = (duration: string): number => milliseconds(duration) / 3_600_000;

function resolvePartner({ id, shares, min_confidence, marking, public_key: publicKey }: ManifestPartner): Partner {
  const partner = { id, shares, minConfidence: min_confidence, marking };
  return publicKey === undefined ? partner : { ...partner, publicKey };
}

/** Names of the seed's address plan for what has no service of its own in the manifest yet, and the role that will run it. */
const PLANNED = { loki: "data", prometheus: "soc", grafana: "data" } as const;

function hostEntries(nodes: readonly Node[], services: readonly Service[], domain: string): HostEntry[] {
  const ofNode = nodes.map(({ hostname, address }) => ({ host: hostname, ip: address }));
  const ofStores = services
    .filter(({ kind }) => kind === "store")
    .map(({ id, node }) => ({ id, node: nodes.find((n) => n.id === node) }));
  const planned = Object.entries(PLANNED).map(([id, role]) => ({ id, node: nodes.find((n) => n.role === role) }));
  const named = [...ofStores, ...planned].flatMap(({ id, node }) =>
    node === undefined ? [] : [{ host: hostName(id, domain), ip: node.address }],
  );
  return [...ofNode, ...named];
}
