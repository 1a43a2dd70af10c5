import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";
import type { NodeSSH } from "node-ssh";
import { NotStarted } from "./command.ts";

/** A port of this machine, on loopback, that leads to a port seen from the node. */
export interface Forward {
  readonly port: number;
  /** Stops listening and ends what runs through it. */
  close(): Promise<void>;
}

const OPEN_MS = 10_000;

/**
 * A byte stream from the node's sshd to `host:port`.
 * @throws NotStarted when the SSH connection went away; Error when the target does not answer.
 */
export function openTunnel(ssh: NodeSSH, host: string, port: number): Promise<Duplex> {
  return open(ssh, `${host}:${port}`, () => ssh.forwardOut("127.0.0.1", 0, host, port));
}

/** The same to a Unix socket of the node; its sshd has to allow it (AllowStreamLocalForwarding, its default). */
export function openSocket(ssh: NodeSSH, path: string): Promise<Duplex> {
  return open(ssh, path, () => ssh.forwardOutStreamLocal(path));
}

function open(ssh: NodeSSH, target: string, forward: () => Promise<Duplex>): Promise<Duplex> {
  const client = ssh.connection;
  if (client === null) return Promise.reject(new NotStarted("connection lost"));
  return new Promise((resolve, reject) => {
    let late = false;
    const stop = (error: Error): void => {
      late = true;
      clearTimeout(timer);
      client.removeListener("close", lost);
      reject(error);
    };
    const lost = (): void => stop(new NotStarted("connection lost"));
    const timer = setTimeout(() => stop(new Error(`${target} does not answer`)), OPEN_MS);
    client.once("close", lost);
    forward().then(
      (channel) => {
        if (late) {
          channel.destroy();
          return;
        }
        clearTimeout(timer);
        client.removeListener("close", lost);
        resolve(channel);
      },
      (error: Error) => {
        const refused = /open failure: (.*)$/.exec(error.message)?.[1];
        stop(refused === undefined ? new NotStarted(error.message) : new Error(`${target}: ${refused}`));
      },
    );
  });
}

/** Listens on an ephemeral port of 127.0.0.1 and joins each connection with a new stream from `open`. */
export function listen(open: () => Promise<Duplex>): Promise<Forward> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    open().then(
      (stream) => {
        // Either side may have gone away while the other was on its way.
        if (socket.destroyed || stream.destroyed) {
          stream.destroy();
          socket.destroy();
          return;
        }
        pipeline(socket, stream, () => undefined);
        pipeline(stream, socket, () => undefined);
      },
      () => socket.resetAndDestroy(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("no loopback port"));
      const close = (): Promise<void> =>
        new Promise((done) => {
          server.close(() => done());
          for (const socket of sockets) socket.destroy();
        });
      resolve({ port: address.port, close });
    });
  });
}
