import { Fields } from "../../../runtime/fields.ts";
import { MLDSA87 } from "../../../runtime/pqc/keys.ts";

/** A node of the fleet and where its gateway listens. */
export interface Peer {
  readonly node: string;
  readonly address: string;
  readonly port: number;
}

/** What gateway.json says. */
export interface GatewaySettings {
  readonly node: string;
  /** Fleet domain. */
  readonly domain: string;
  readonly transport: "quic" | "tls";
  /** Hex of the fleet root's raw ML-DSA-87 public key. */
  readonly root: string;
  /** Keys are made anew after this time or this many messages, whichever comes first. */
  readonly rotation: { readonly seconds: number; readonly messages: number };
  /** By node, without this one. */
  readonly peers: ReadonlyMap<string, Peer>;
  /** Node of each device. */
  readonly devices: ReadonlyMap<number, string>;
  /** Node ids, and hex SHA-256 of public keys, that nobody talks to any more. */
  readonly revoked: ReadonlySet<string>;
}

/** Largest gateway.json, bytes. */
export const MAX_GATEWAY_BYTES = 256 * 1024;

const NODE = /^[a-z][a-z0-9-]{0,30}$/;
const HOST = /^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$/;
const DOMAIN = /^[a-z0-9][a-z0-9.-]{0,200}$/;
const REVOKED = /^(?:[a-z][a-z0-9-]{0,30}|[0-9a-f]{64})$/;
const KEYS = ["node", "domain", "transport", "root", "rotation", "peers", "devices", "revoked"];

/**
 * Reads gateway.json.
 * @param self id of this node, which the file must name
 * @throws Error with what is wrong
 */
export function parseGatewayFile(text: string, self: string): GatewaySettings {
  const fields = Fields.parse(text, KEYS);
  const node = fields.text("node", NODE);
  if (node !== self) throw fields.wrong("node", `is ${node}, this is ${self}`);
  const rotation = Fields.of(fields.raw("rotation"), "rotation", ["seconds", "messages"]);
  return {
    node,
    domain: fields.text("domain", DOMAIN),
    transport: fields.text("transport", /^(quic|tls)$/) as "quic" | "tls",
    root: fields.text("root", new RegExp(`^[0-9a-f]{${2 * MLDSA87.publicKey}}$`)),
    rotation: {
      seconds: rotation.integer("seconds", 1, 7 * 86_400),
      messages: rotation.integer("messages", 1, 2 ** 31),
    },
    peers: parsePeers(fields, node),
    devices: parseDevices(fields),
    revoked: new Set(fields.list("revoked", 1000).map((entry) => parseRevoked(fields, entry))),
  };
}

function parsePeers(fields: Fields, self: string): ReadonlyMap<string, Peer> {
  const peers = new Map<string, Peer>();
  for (const entry of fields.list("peers", 100)) {
    const peer = Fields.of(entry, "a peer", ["node", "address", "port"]);
    const node = peer.text("node", NODE);
    if (peers.has(node)) throw fields.wrong("peers", `names ${node} twice`);
    // One list may serve all nodes.
    if (node !== self)
      peers.set(node, { node, address: peer.text("address", HOST), port: peer.integer("port", 1, 65535) });
  }
  return peers;
}

function parseDevices(fields: Fields): ReadonlyMap<number, string> {
  const devices = new Map<number, string>();
  for (const [device, node] of fields.entries("devices", 103)) {
    const good = /^[1-9]\d{0,2}$/.test(device) && Number(device) <= 103 && typeof node === "string" && NODE.test(node);
    if (!good)
      throw fields.wrong("devices", `has ${device.slice(0, 8)}: a device from 1 to 103 and its node is needed`);
    devices.set(Number(device), node);
  }
  return devices;
}

function parseRevoked(fields: Fields, entry: unknown): string {
  if (typeof entry === "string" && REVOKED.test(entry)) return entry;
  throw fields.wrong("revoked", "must hold node ids or hex SHA-256 of public keys");
}
