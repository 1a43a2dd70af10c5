import type { PeerAddress } from "./transport.ts";

/** A peer that could not be reached, or that is not who was wanted. */
export class TransportError extends Error {
  readonly peer: string;

  constructor(transport: "quic" | "tls", peer: PeerAddress, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const where = `${peer.node} at ${peer.address}:${peer.port}`;
    super(`no channel to ${where} over ${transport}: ${why}${remedy(why)}`, { cause });
    this.name = "TransportError";
    this.peer = peer.node;
  }
}

/** What to look at, by what TLS, sockets and the sidecar say. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|no recent network activity/, "is the peer's gateway running, its port open?"],
  [/ENOENT|EACCES/, "is the QUIC sidecar running, with the same socket folder and user?"],
  [/expired|not yet valid/, "renew the certificate and compare the nodes' clocks"],
  [/unknown.ca|self.signed|unable to|unknown (certificate )?authority/, "certificates must come from the fleet's CA"],
  [/no_application_protocol|handshake.failure|insufficient/, "is something else than a DBE gateway there?"],
];

function remedy(why: string): string {
  const found = REMEDIES.find(([form]) => form.test(why));
  return found === undefined ? "" : `; ${found[1]}`;
}
