import type { Container, Model, Node } from "../model/types.ts";
import { codes, page, table } from "./markdown.ts";

/** Text of docs/reference/ports.md. */
export function portsPage(model: Model): string {
  return page(
    "Ports",
    ABOUT,
    `## Published on a node's address\n\n${PUBLISHED}\n\n${table(
      PUBLISHED_HEAD,
      model.nodes.flatMap((n) => published(model, n)),
    )}`,
    `## Inside the nodes\n\n${INSIDE}\n\n${table(
      INSIDE_HEAD,
      model.nodes.flatMap((n) => inside(model, n)),
    )}`,
  );
}

const ABOUT = `Every port that a container of the manifest's fleet listens on. Nodes have a server for SSH beside these (keys only,
port by \`.dsmil/ssh/config\`).`;
const PUBLISHED = `Bound to the node's own address, not to 0.0.0.0: whoever reaches the node's network can connect; who is let in, the server
decides. Put a firewall on real nodes.`;
const INSIDE = `TCP, not reached from other machines but where it says so. On a network where containers cannot reach each other only the node itself does (its
agent, health checks, SSH).`;
const PUBLISHED_HEAD = ["node", "address", "protocol", "service", "containers", "tenants", "who is let in"];
const INSIDE_HEAD = ["node", "port", "service", "containers", "who can connect"];

/** Who a server in the node's own network lets in on the node's address, by the image of its container. */
const LETS_IN_ON_HOST: Readonly<Record<string, string>> = {
  "dsmil-node-agent": "Prometheus alone, by its certificate",
  "dsmil-control-api": "operators of the manifest, by certificate",
};

/** Who a server lets in, by the image of its container. */
const LETS_IN: Readonly<Record<string, string>> = {
  "dsmil-redis": "TLS; users of tenants and of the fleet, by password",
  "dsmil-postgres": "TLS; roles of tenants and of the fleet, by password (SCRAM)",
  "dsmil-qdrant": "TLS; a token for a tenant's collections, or the administrator's key",
  "dsmil-haproxy": "TLS; a tenant's API key or token",
  "dsmil-l3-router": "TLS; the tenant's ingest token",
  "dsmil-shrink": "TLS; a token of the tenant",
  "dsmil-prometheus": "TLS; certificates of the operators' authority",
  "dsmil-alertmanager": "TLS; certificates of the operators' authority",
  "dsmil-portainer": "TLS; Portainer's own users, by password",
  "dsmil-log-gate": "TLS; nodes' shippers by certificate, readers by a token of their tenant",
  "dsmil-dbe-gateway": "nodes of the fleet, by certificate and ML-DSA-87 key",
  "dsmil-dbe-quic": "nodes of the fleet, by certificate and ML-DSA-87 key",
};

function published({ containers }: Model, { id, address }: Node): string[][] {
  const doors = containers
    .filter(({ node }) => node === id)
    .flatMap((container) => container.publish.map((port) => ({ container, port })))
    .sort((a, b) => a.port.external - b.port.external);
  return doors.map(({ container: { service, image, name, tenant }, port }) => [
    id,
    `${address}:${port.external}`,
    port.protocol,
    service,
    `\`${name}\`, port ${port.internal}`,
    tenant ?? "all",
    LETS_IN[image.replace("-vendor", "").replace("-tpm", "")] ?? "see [services.md](../services.md)",
  ]);
}

function inside(model: Model, node: Node): string[][] {
  const here = model.containers.filter((c) => c.node === node.id);
  return [...Map.groupBy(here, ({ service }) => service)].flatMap(([service, own]) => {
    const [first] = own;
    if (first === undefined) return [];
    return hiddenPorts(model, first).map((port) => [
      node.id,
      String(port),
      service,
      containerNames(own),
      reachedBy(model, first, port, node.address),
    ]);
  });
}

/** What a container listens on beside what is published: its service's port, and those of its health and figures. */
function hiddenPorts({ services }: Model, { service, health, env, publish }: Container): number[] {
  const all = [services.find(({ id }) => id === service)?.port, health.port, env.HTTP_PORT, env.METRICS_PORT];
  const numbers = new Set(all.map(Number).filter((port) => port > 0));
  return [...numbers].filter((port) => publish.every(({ internal }) => internal !== port)).sort((a, b) => a - b);
}

/** Two names, and how many more. */
function containerNames(all: readonly Container[]): string {
  const names = all.map(({ name }) => name);
  return names.length > 4 ? `${codes(names.slice(0, 2))} and ${names.length - 2} more` : codes(names);
}

function reachedBy(
  { networks, containers, services }: Model,
  container: Container,
  port: number,
  address: string,
): string {
  if (container.networkMode === "host") {
    const own = services.find(({ id }) => id === container.service)?.port === port;
    const loopback = !own || container.command.some((argument) => argument.includes("127.0.0.1"));
    const letsIn = LETS_IN_ON_HOST[container.image] ?? "see [services.md](../services.md)";
    return loopback ? "the node (127.0.0.1)" : `${address}: ${letsIn}`;
  }
  const open = container.networks.filter(({ id }) => networks.find((n) => n.id === id)?.intercontainer);
  const neighbours = containers.filter(
    (c) =>
      c.node === container.node &&
      c.service !== container.service &&
      c.networks.some(({ id }) => open.some((network) => network.id === id)),
  );
  if (open.length === 0) return "the node";
  const names = [...new Set(neighbours.map(({ service }) => service))].sort();
  return `the node; ${codes(names)} on \`${open.map(({ id }) => id).join("`, `")}\``;
}
