import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Responder } from "../../../images/runtime/dbe/handshake/responder.ts";
import type { Session } from "../../../images/runtime/dbe/session/session.ts";
import { QuicTransport } from "../../../images/runtime/dbe/transport/quic-transport.ts";
import { tlsOptions } from "../../../images/runtime/dbe/transport/tls-options.ts";
import { TlsTransport } from "../../../images/runtime/dbe/transport/tls-transport.ts";
import type { PeerChannel } from "../../../images/runtime/dbe/transport/transport.ts";
import { DOMAIN, ECHO, type Fleet, identityOf, NODES, peerBook } from "./fleet.ts";
import { MessageWire } from "./message-wire.ts";

/** What the echo server, a process of its own, is told in its environment as JSON. */
export interface ServerTask {
  readonly fleet: Fleet;
  /** Socket folder of its QUIC sidecar. */
  readonly sockets: string;
}

/** Where it listens, its first line. */
export interface ServerPorts {
  readonly tcp: number;
  readonly tls: number;
  readonly dbe: number;
}

const HS_INIT = 0xf0;
const HS_FINISH = 0xf2;

const { fleet, sockets } = JSON.parse(process.env.DSMIL_BENCH_DBE ?? "") as ServerTask;
const identity = identityOf(fleet, "node-b");
const credentials = fleet.nodes["node-b"].credentials;
const peers = (): readonly string[] => NODES;

/** Answers frames in clear as they are, handshakes, and sealed frames with sealed ones. */
function serve(channel: PeerChannel): void {
  const options = { identity, peers: peerBook(fleet), binding: channel.binding, now: Date.now, random: randomBytes };
  let responder: Responder | undefined;
  let session: Session | undefined;
  channel.onFrame = (frame) => {
    const type = frame[5];
    if (type === HS_INIT) {
      responder = new Responder(options);
      void responder.onInit(frame).then((reply) => channel.write(reply));
    } else if (type === HS_FINISH) {
      void responder?.onFinish(frame).then((done) => {
        session = done.session;
        channel.write(done.reply);
      });
    } else if (frame.readUInt32BE(44) === 0 || session === undefined) {
      channel.write(frame);
    } else {
      const asked = session.open(frame);
      channel.write(session.seal({ ...asked, type: ECHO.response, flags: 1, timestamp: Date.now() }));
    }
  };
}

const listening = (server: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
const echo = (wire: MessageWire, message: Buffer): void => wire.send(message);
const tcp = createServer({ noDelay: true }, (socket) => void new MessageWire(socket, echo));
const options = { ...tlsOptions(credentials), requestCert: true, noDelay: true };
const tls = createTlsServer(options, (socket) => void new MessageWire(socket, echo));
const dbe = new TlsTransport({ domain: DOMAIN, credentials, peers, bind: { address: "127.0.0.1", port: 0 } });
const quic = new QuicTransport({ sockets, peers });
await dbe.listen(serve);
await quic.listen(serve);
const ports: ServerPorts = { tcp: await listening(tcp), tls: await listening(tls), dbe: dbe.port };
process.stdout.write(`${JSON.stringify(ports)}\n`);
// Whoever started this holds its input open; its end is the end.
process.stdin.on("end", () => process.exit(0)).resume();
