import type { Node } from "../model/types.ts";
import { formatAddress, parseAddress, parseSubnet } from "./subnet.ts";

/** A lab machine: a container that plays one node. */
export interface Machine {
  /** Node id: `node-a`. */
  readonly node: string;
  /** Container name: `dsmil-node-a`. */
  readonly name: string;
  readonly address: string;
  readonly hostname: string;
}

/** What a lab consists of. Two labs live side by side when prefix, network and subnet differ. */
export interface LabSpec {
  /** Project folder; keys and endpoints go to its `.dsmil/`. */
  readonly root: string;
  /** Image of a machine, already on the operator's engine. */
  readonly image: string;
  readonly network: string;
  readonly subnet: string;
  readonly gateway: string;
  readonly machines: readonly Machine[];
}

/** Label on everything a lab owns; its value is the lab's network name. */
export const LAB_LABEL = "io.dsmil.lab";
/** Label of a machine: the project folder that made it and holds its key. */
export const LAB_ROOT_LABEL = "io.dsmil.lab.root";

/** What differs from the default lab: container names `dsmil-<node>`, network `dsmil-lab`, the nodes' own /24. */
export interface LabOptions {
  readonly prefix?: string;
  readonly network?: string;
  /** Default: the /24 that holds the first node's address. */
  readonly subnet?: string;
}

/**
 * The lab for these nodes.
 * @throws Error when a node's address is outside the subnet, is the gateway's, or taken twice.
 */
export function labSpec(
  root: string,
  image: string,
  nodes: readonly Pick<Node, "id" | "address" | "hostname">[],
  options: LabOptions = {},
): LabSpec {
  const subnet = options.subnet ?? `${(nodes[0]?.address ?? "172.20.0.0").replace(/\.\d+$/, ".0")}/24`;
  const range = parseSubnet(subnet);
  const gateway = formatAddress(range.first + 1);
  const seen = new Set([gateway]);
  for (const node of nodes) {
    const value = parseAddress(node.address);
    if (value <= range.first || value >= range.last) {
      throw new Error(`${node.id}: address ${node.address} is not in the lab's subnet ${subnet}`);
    }
    if (seen.has(node.address)) throw new Error(`${node.id}: address ${node.address} is taken (gateway or other node)`);
    seen.add(node.address);
  }
  const prefix = options.prefix ?? "dsmil-";
  return {
    root,
    image,
    network: options.network ?? "dsmil-lab",
    subnet,
    gateway,
    machines: nodes.map((node) => ({
      node: node.id,
      name: `${prefix}${node.id}`,
      address: node.address,
      hostname: node.hostname,
    })),
  };
}
