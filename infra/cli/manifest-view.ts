import { apiKeyPrefix, postgresRole, redisKeysOf, redisUser } from "../model/names.ts";
import type { Container, Device, Model, Tenant } from "../model/types.ts";
import { formatSize } from "../model/units.ts";
import { textTable } from "./text-table.ts";

/** How headings and table headers are coloured. */
export interface ViewStyle {
  readonly heading: (text: string) => string;
  readonly header: (text: string) => string;
}

const list = (items: readonly (string | number)[]): string => (items.length === 0 ? "-" : items.join(", "));
const total = (sizes: readonly number[]): string => formatSize(sizes.reduce((sum, mib) => sum + mib, 0));

/** `3 nodes, 49 devices, 8 services, 2 tenants, 12 containers` */
export function modelSummary(model: Model): string {
  const { nodes, devices, services, tenants, containers } = model;
  return Object.entries({ nodes, devices, services, tenants, containers })
    .map(([name, all]) => `${all.length} ${all.length === 1 ? name.slice(0, -1) : name}`)
    .join(", ");
}

/** The whole model for a person: nodes, networks, layers, services, tenants, containers. */
export function modelView(model: Model, style: ViewStyle): string {
  const { name, version, imageSource, logDriver, domain } = model.fleet;
  return [
    `${style.heading(name)} ${version} (${domain}), images: ${imageSource}, logs: ${logDriver}`,
    section("Nodes", style, ["id", "role", "address", "budget", "containers", "devices"], nodeRows(model)),
    section("Networks", style, ["id", "containers may talk", "subnets"], networkRows(model)),
    section("Layers", style, ["id", "name", "p99", "events/s", "available", "devices", "memory"], layerRows(model)),
    section(
      "Services",
      style,
      ["id", "scope", "node", "device", "each", "port", "published", "needs"],
      serviceRows(model),
    ),
    section(
      "Tenants",
      style,
      ["id", "roe", "actions", "compartments", "kept (hot, soc, archive)", "API keys"],
      tenantRows(model),
    ),
    section(
      "Containers",
      style,
      ["name", "node", "tenant", "memory", "cpus", "networks"],
      model.containers.map(containerRow),
    ),
  ].join("\n\n");
}

/** One tenant: what is named after it, and its containers. */
export function tenantView(model: Model, tenant: Tenant, style: ViewStyle): string {
  const { id, streams, schema, collections } = tenant;
  const own = model.containers.filter((container) => container.tenant === id);
  const volumes = model.volumes.filter((volume) => volume.tenant === id);
  const things = [
    ["streams", list(Object.values(streams)), redisKeysOf(id)],
    ["Redis users", list((["writer", "reader", "ingest"] as const).map((role) => redisUser(id, role))), ""],
    ["schema", schema, list((["app", "reader", "owner"] as const).map((role) => postgresRole(id, role)))],
    ["collections", list(collections), ""],
    ["API keys", list(tenant.apiKeys), `${apiKeyPrefix(id)}…`],
    ["volumes", list(volumes.map(({ name, node }) => `${name} on ${node}`)), ""],
  ];
  return [
    `${style.heading(id)} (${tenant.prefix})`,
    section(
      "May",
      style,
      ["id", "roe", "actions", "compartments", "kept (hot, soc, archive)", "API keys"],
      [tenantRow(tenant)],
    ),
    section("Owns", style, ["what", "names", "as"], things),
    section("Containers", style, ["name", "node", "tenant", "memory", "cpus", "networks"], own.map(containerRow)),
  ].join("\n\n");
}

function section(title: string, style: ViewStyle, header: readonly string[], rows: readonly string[][]): string {
  return `${style.heading(title)}\n${rows.length === 0 ? "  none" : textTable(header, rows, style.header)}`;
}

function nodeRows({ nodes, containers, devices }: Model): string[][] {
  return nodes.map(({ id, role, address, memoryMiB }) => {
    const here = containers.filter((c) => c.node === id);
    const own = devices.filter((d) => d.node === id);
    return [
      id,
      role,
      address,
      formatSize(memoryMiB),
      `${here.length} (${total(here.map((c) => c.memoryMiB))})`,
      `${own.length} (${total(own.map((d) => d.memoryMiB))})`,
    ];
  });
}

function networkRows({ networks }: Model): string[][] {
  return networks.map(({ id, intercontainer, subnets }) => [
    id,
    intercontainer ? "yes" : "no",
    list(Object.entries(subnets).map(([node, subnet]) => `${node} ${subnet}`)),
  ]);
}

function layerRows({ layers, devices }: Model): string[][] {
  return layers.map(({ id, name, slo }) => {
    const own = devices.filter((d) => d.layer === id);
    return [
      id,
      name,
      slo.p99Ms === undefined ? "-" : `${slo.p99Ms} ms`,
      String(slo.eventsPerSecond ?? "-"),
      `${slo.availabilityPercent} %`,
      ranges(own),
      total(own.map((d) => d.memoryMiB)),
    ];
  });
}

/** `14-22, 51`: device numbers, runs joined. */
function ranges(devices: readonly Device[]): string {
  const runs: [number, number][] = [];
  for (const id of devices.map((d) => d.id).sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === id - 1) last[1] = id;
    else runs.push([id, id]);
  }
  return list(runs.map(([from, to]) => (from === to ? from : `${from}-${to}`)));
}

function serviceRows({ services, tenants }: Model): string[][] {
  return services.map((s) => [
    s.id,
    s.scope === "tenant" ? `tenant (${tenants.length})` : `shared (${s.replicas})`,
    s.node,
    s.device === undefined ? "-" : `${s.device} ${s.layer ?? ""}`,
    `${formatSize(s.memoryMiB)}, ${s.cpus} cpu`,
    String(s.port),
    String(s.publish ?? "-"),
    list(s.needs),
  ]);
}

const tenantRows = ({ tenants }: Model): string[][] => tenants.map(tenantRow);

function tenantRow(t: Tenant): string[] {
  const hours = (seconds: number): string => (seconds % 86_400 === 0 ? `${seconds / 86_400}d` : `${seconds / 3_600}h`);
  const kept = `${hours(t.retentionHotSeconds)}, ${hours(t.retentionSocSeconds)}, ${t.retentionArchiveDays}d`;
  return [t.id, t.roeLevel, list(t.actions), list(t.compartments), kept, list(t.apiKeys)];
}

function containerRow({ name, node, tenant, memoryMiB, cpus, networks }: Container): string[] {
  const attached = networks.map(({ id, ipv4 }) => (ipv4 === undefined ? id : `${id} ${ipv4}`));
  return [name, node, tenant ?? "-", formatSize(memoryMiB), String(cpus), list(attached)];
}
