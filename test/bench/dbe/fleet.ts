import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { NodeIdentity, PeerBook } from "../../../images/runtime/dbe/handshake/peer-book.ts";
import type { Credentials } from "../../../images/runtime/dbe/transport/transport.ts";
import { signer } from "../../../images/runtime/pqc/signer.ts";
import { generate, issue } from "../../../infra/provider/pqc.ts";
import type { Authority } from "../../images/certificates.ts";

export const ECHO = { request: TYPES.ECHO_REQ, response: TYPES.ECHO_RESP } as const;
export const DOMAIN = "dsmil.bench";
export const NODES = ["node-a", "node-b"] as const;
type NodeId = (typeof NODES)[number];

/** One node's keys. */
interface Member {
  readonly seed: string;
  readonly publicKey: string;
  readonly certificate: string;
  readonly credentials: Credentials;
}

/** Two throw-away nodes with their keys; plain data, for another process. */
export interface Fleet {
  readonly root: string;
  readonly nodes: Readonly<Record<NodeId, Member>>;
}

export function makeFleet(authority: Authority): Fleet {
  const root = generate();
  const member = (node: NodeId): Member => {
    const pair = generate();
    const certificate = issue(root.seed, "node", node, pair.publicKey, undefined, new Date());
    return { ...pair, certificate, credentials: { ...authority.issue(`${node}.${DOMAIN}`), ca: authority.cert } };
  };
  return { root: root.publicKey, nodes: { "node-a": member("node-a"), "node-b": member("node-b") } };
}

export function identityOf(fleet: Fleet, node: NodeId): NodeIdentity {
  const { seed, certificate } = fleet.nodes[node];
  const key = signer(seed);
  return { node, certificate, sign: (data, context) => key.sign(data, context) };
}

export function peerBook({ root, nodes }: Fleet): PeerBook {
  const pinned = (node: string): string | undefined =>
    new Map<string, Member>(Object.entries(nodes)).get(node)?.publicKey;
  return { root, domain: DOMAIN, pinned, revoked: () => false };
}
