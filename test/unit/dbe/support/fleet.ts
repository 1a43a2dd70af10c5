import { randomBytes } from "node:crypto";
import { Initiator } from "../../../../images/runtime/dbe/handshake/initiator.ts";
import type { NodeIdentity, PeerBook } from "../../../../images/runtime/dbe/handshake/peer-book.ts";
import { Responder, type ResponderOptions } from "../../../../images/runtime/dbe/handshake/responder.ts";
import type { Session } from "../../../../images/runtime/dbe/session/session.ts";
import { signer } from "../../../../images/runtime/pqc/signer.ts";
import { generate, issue } from "../../../../infra/provider/pqc.ts";
import { NOW } from "./envelopes.ts";

const NODES = ["node-a", "node-b", "node-c"];
export const BINDING = Buffer.alloc(48, 0xb1);

const root = generate();
const keys = new Map(NODES.map((node) => [node, generate()]));

export const ROOT = root;
export const issued = new Date(NOW - 86_400_000);

/** Hex of a node's public key. */
export const keyOf = (node: string): string => keys.get(node)?.publicKey ?? "";

const identities = new Map(NODES.map((node) => [node, certified(node)]));

/** A node's identity, certified by the fleet's root. */
export function identity(node: string, changes: Partial<NodeIdentity> = {}): NodeIdentity {
  const known = identities.get(node);
  if (!known) throw new Error(`no node ${node}`);
  return { ...known, ...changes };
}

function certified(node: string): NodeIdentity {
  const { seed, publicKey } = keys.get(node) ?? generate();
  const { sign } = signer(seed);
  return { node, certificate: issue(root.seed, "node", node, publicKey, undefined, issued), sign };
}

/** All nodes pinned, none revoked. */
export function peers(changes: Partial<PeerBook> = {}): PeerBook {
  const pinned = (node: string) => keys.get(node)?.publicKey;
  return { root: root.publicKey, domain: "dsmil.local", pinned, revoked: () => false, ...changes };
}

/** node-b begins with node-a; each side with its changes. */
export function pair(
  initiator: Partial<ConstructorParameters<typeof Initiator>[0]> = {},
  responder: Partial<ResponderOptions> = {},
): { initiator: Initiator; responder: Responder } {
  const common = { peers: peers(), binding: BINDING, now: () => NOW, random: randomBytes };
  return {
    initiator: new Initiator({ ...common, identity: identity("node-b"), expect: "node-a", ...initiator }),
    responder: new Responder({ ...common, identity: identity("node-a"), ...responder }),
  };
}

/** A whole handshake; `tamper` may change each frame on its way. */
export async function handshake(
  sides: { initiator: Initiator; responder: Responder },
  tamper: (frame: Buffer, step: number) => Buffer = (frame) => frame,
): Promise<{ initiator: Session; responder: Session; frames: Buffer[] }> {
  const frames: Buffer[] = [];
  const send = (frame: Buffer): Buffer => {
    frames.push(frame);
    return tamper(frame, frames.length - 1);
  };
  const response = await sides.responder.onInit(send(sides.initiator.start()));
  const finish = await sides.initiator.onResponse(send(response));
  const { reply, session } = await sides.responder.onFinish(send(finish));
  return { initiator: sides.initiator.onDone(send(reply)), responder: session, frames };
}
