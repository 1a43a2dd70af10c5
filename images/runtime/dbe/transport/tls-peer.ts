import type { TLSSocket } from "node:tls";
import { nodeName } from "./node-name.ts";
import { CIPHER, EXPORTER_BYTES, EXPORTER_LABEL, GROUP, PROTOCOL } from "./protocol.ts";
import type { ChannelFacts } from "./stream-channel.ts";

/**
 * Checks what was negotiated on a connection whose handshake is complete, and who is there.
 * @param side a server's socket does not tell its group; a server offers no other
 * @throws Error when anything is not as it has to be
 */
export function tlsPeer(socket: TLSSocket, side: "client" | "server", domain: string): ChannelFacts {
  if (side === "server" && !socket.getPeerX509Certificate()) throw new Error("the peer did not return a certificate");
  if (!socket.authorized) throw new Error(`the peer's certificate is not valid: ${reason(socket.authorizationError)}`);
  const version = socket.getProtocol();
  if (version !== "TLSv1.3") throw new Error(`TLS version ${version}`);
  const cipher = socket.getCipher().name;
  if (cipher !== CIPHER) throw new Error(`cipher suite ${cipher}`);
  if (socket.isSessionReused()) throw new Error("a resumed session");
  if (socket.alpnProtocol !== PROTOCOL)
    throw new Error(`protocol ${socket.alpnProtocol || "none"}, wanted ${PROTOCOL}`);
  if (side === "client") {
    const info = socket.getEphemeralKeyInfo();
    const group = info !== null && "name" in info ? info.name : undefined;
    if (group !== GROUP) throw new Error(`key exchange group ${group ?? "unknown"}`);
  }
  return {
    // Read here and kept: on Node 24 a client's socket tells its peer's certificate once.
    peer: nodeName(socket.getPeerX509Certificate()?.subjectAltName, domain),
    binding: socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0)),
    group: GROUP,
    transport: "tls",
    remote: `${socket.remoteAddress}:${socket.remotePort}`,
  };
}

/** Node declares an Error here and gives a code, or the other way round. */
function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
