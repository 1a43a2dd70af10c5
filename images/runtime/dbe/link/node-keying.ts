import { Initiator } from "../handshake/initiator.ts";
import type { NodeIdentity, PeerBook } from "../handshake/peer-book.ts";
import { RecentInits } from "../handshake/recent-inits.ts";
import { Responder } from "../handshake/responder.ts";
import type { Keying } from "./keying.ts";

/** What a node's handshakes are made with. */
export interface NodeKeyingOptions {
  readonly identity: NodeIdentity;
  readonly peers: PeerBook;
  /** ms since 1970 */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}

/** The handshakes of this node, by DBE v1; one for all its links. */
export function nodeKeying(options: NodeKeyingOptions): Keying {
  const recent = new RecentInits();
  return {
    initiate: (expect, binding) => new Initiator({ ...options, expect, binding }),
    respond: (binding) => new Responder({ ...options, binding, recent }),
  };
}
