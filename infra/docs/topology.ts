import type { Container, Model, Node } from "../model/types.ts";
import { page, table } from "./markdown.ts";

/** Text of docs/reference/topology.md. */
export function topologyPage(model: Model): string {
  return page(
    "Topology",
    ABOUT,
    `## Nodes and what joins them\n\n${nodesDiagram(model)}`,
    `## Networks\n\n${NETWORKS}\n\n${networkTable(model)}`,
    ...model.nodes.map((node) => `## ${node.id}\n\n${nodeDiagram(model, node)}`),
  );
}

const ABOUT = `What the manifest of this repository resolves to. A box with \`×\` stands for so many containers: one a tenant, or one a
replica.`;
const NETWORKS = `Each node has its own subnet of a network; packets of containers leave a node by its address only.`;

function nodesDiagram(model: Model): string {
  const { nodes, services, dbe, fleet } = model;
  const boxes = nodes.map(({ id, role, address }) => `  ${key(id)}["${id} (${role})<br/>${address}"]`);
  const bus = pairs(nodes).map(([a, b]) => `  ${key(a.id)} ---|"bus :${dbe.port} ${dbe.transport}"| ${key(b.id)}`);
  const stores = services.filter(({ kind }) => kind === "store");
  const lines = nodes.flatMap((node) => {
    const used = stores.filter(
      (store) => store.node !== node.id && services.some((s) => s.node === node.id && s.needs.includes(store.id)),
    );
    const homes = [...new Set(used.map((store) => store.node))];
    return homes.map((home) => {
      const names = used.filter((store) => store.node === home).map(({ id }) => id);
      return `  ${key(node.id)} -->|"${names.join(", ")}, TLS"| ${key(home)}`;
    });
  });
  const prometheus = services.find(({ id }) => id === "prometheus");
  const agents = services.filter(({ id, node }) => id === "node-agent" && prometheus && node !== prometheus.node);
  const scrapes = agents.map((a) => `  ${key(prometheus?.node ?? "")} -.->|"metrics :${a.port}"| ${key(a.node)}`);
  const operator = `  operator(["operator's machine: bin/dsmil"])`;
  const ssh = nodes.map(({ id }) => `  operator -->|SSH| ${key(id)}`);
  return mermaid(`flowchart LR`, [operator, ...boxes, ...ssh, ...bus, ...lines, ...scrapes], fleet.name);
}

function networkTable({ networks, nodes, containers }: Model): string {
  const rows = networks.map(({ id, intercontainer, subnets }) => [
    `\`${id}\``,
    intercontainer ? "yes" : "no",
    ...nodes.map((node) => {
      const count = containers.filter((c) => c.node === node.id && c.networks.some((n) => n.id === id)).length;
      return `${subnets[node.id] ?? "-"}, ${count}`;
    }),
  ]);
  const head = ["network", "containers reach each other", ...nodes.map(({ id }) => `subnet on ${id}, containers`)];
  return table(head, rows);
}

/** Containers of a node by layer, and the outside's way in. */
function nodeDiagram(model: Model, node: Node): string {
  const here = model.containers.filter((c) => c.node === node.id);
  const rooms = [...new Set(here.map(roomOf))].sort();
  const lines = rooms.flatMap((room) => {
    const services = [...new Set(here.filter((c) => roomOf(c) === room).map(({ service }) => service))];
    const boxes = services.map((id) => box(model, node, id));
    return [
      `  subgraph ${key(`${node.id}-${room}`)}["${titleOf(model, room)}"]`,
      ...boxes.map((b) => `  ${b}`),
      "  end",
    ];
  });
  const doors = here.flatMap(({ service, publish, tenant }) =>
    publish.map(
      (p) =>
        `  outside -->|"${p.external}${p.protocol === "udp" ? " udp" : ""}${tenant ? ` ${tenant}` : ""}"| ${key(`${node.id}-${service}`)}`,
    ),
  );
  const outside = doors.length > 0 ? [`  outside(["${node.address}"])`] : [];
  return mermaid("flowchart TB", [...outside, ...lines, ...new Set(doors)], node.id);
}

function box({ containers }: Model, node: Node, id: string): string {
  const own = containers.filter((c) => c.service === id && c.node === node.id);
  const tenants = own.flatMap(({ tenant }) => tenant ?? []);
  const [first] = own;
  const device = first?.device === undefined ? "" : `<br/>device ${first.device}`;
  const copies =
    tenants.length > 0 ? ` ×${own.length}<br/>${tenants.join(", ")}` : own.length > 1 ? ` ×${own.length}` : "";
  return `  ${key(`${node.id}-${id}`)}["${id}${copies}${device}"]`;
}

const OTHERS = "fleet";
const roomOf = ({ layer }: Container): string => layer ?? OTHERS;

function titleOf({ layers }: Model, room: string): string {
  const layer = layers.find(({ id }) => id === room);
  return layer === undefined ? "stores, bus, monitoring" : `${layer.id} ${layer.name}`;
}

/** Names of a diagram hold neither `-` nor what else Mermaid reads. */
const key = (id: string): string => id.replace(/[^a-zA-Z0-9]/g, "_");

const pairs = <T>(all: readonly T[]): [T, T][] => all.flatMap((a, i) => all.slice(i + 1).map((b): [T, T] => [a, b]));

const mermaid = (kind: string, lines: readonly string[], title: string): string =>
  `\`\`\`mermaid\n---\ntitle: ${title}\n---\n${kind}\n${lines.join("\n")}\n\`\`\``;
