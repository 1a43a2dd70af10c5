import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** Connections in all, of one address, and of such as have shown no certificate of the operators' authority. */
const MOST = 64;
const OF_ONE_ADDRESS = 16;
const UNPROVEN = 32;
/** How long a connection that has shown none may be idle, ms. */
const IDLE_MS = 5000;

/**
 * Bounds a server's connections so that nobody without a certificate keeps operators out: of those who have shown none the
 * oldest has to go when there are too many.
 */
export function boundConnections(server: Server): void {
  const all = new Set<Socket>();
  const unproven = new Set<Socket>();
  // The server's own bound turns away who comes last, whoever that is.
  server.maxConnections = MOST + 1;
  server.on("connection", (socket: Socket) => {
    const { remoteAddress } = socket;
    const own = [...all].filter((one) => one.remoteAddress === remoteAddress).length;
    if (own >= OF_ONE_ADDRESS || all.size - unproven.size >= MOST) return void socket.destroy();
    const [oldest] = unproven;
    if (oldest !== undefined && (unproven.size >= UNPROVEN || all.size >= MOST)) oldest.destroy();
    all.add(socket);
    unproven.add(socket);
    socket.once("close", () => {
      all.delete(socket);
      unproven.delete(socket);
    });
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    if (!socket.authorized) socket.setTimeout(IDLE_MS);
    else for (const one of all) if (isOf(one, socket)) unproven.delete(one);
  });
}

/** Whether a raw connection carries a TLS one: Node keeps no public link between them. */
const isOf = (raw: Socket, tls: TLSSocket): boolean =>
  raw.remotePort === tls.remotePort && raw.remoteAddress === tls.remoteAddress;
