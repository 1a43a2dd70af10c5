import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";
import { QuicTransport } from "../../../images/runtime/dbe/transport/quic-transport.ts";
import { tlsOptions } from "../../../images/runtime/dbe/transport/tls-options.ts";
import { TlsTransport } from "../../../images/runtime/dbe/transport/tls-transport.ts";
import { Authority } from "../../images/certificates.ts";
import { buildSidecar, Sidecar } from "../../services/support/dbe-sidecar.ts";
import { ClearWire, DbeWire } from "./channel-wire.ts";
import { DOMAIN, type Fleet, makeFleet, NODES } from "./fleet.ts";
import { MessageWire } from "./message-wire.ts";
import type { ServerPorts, ServerTask } from "./server.ts";
import type { SideName } from "./sides.ts";
import type { Wire } from "./wire.ts";

/** All paths, open, to one echo server. */
export interface Rig {
  readonly wires: Readonly<Record<SideName, Wire>>;
  /** Every process that has a part in it. */
  readonly pids: readonly number[];
  close(): Promise<void>;
}

/** Starts two sidecars and the server, and opens every path once. */
export async function openRig(): Promise<Rig> {
  const ends: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.reverse()) await end();
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), "dsmil-bench-dbe-"));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const program = await buildSidecar(folder);
    const authority = new Authority();
    const fleet = makeFleet(authority);
    authority.dispose();
    const [a, b] = await Promise.all(
      NODES.map(async (node) => {
        const sidecar = await Sidecar.start({ program, domain: DOMAIN, credentials: fleet.nodes[node].credentials });
        ends.push(() => sidecar.end());
        return sidecar;
      }),
    );
    if (a === undefined || b === undefined) throw new Error("no sidecars");
    const server = await startServer({ fleet, sockets: b.sockets });
    ends.push(server.end);
    const wires = await openWires(fleet, a.sockets, b.port, server.ports, ends);
    return { wires, pids: [process.pid, server.pid, a.pid, b.pid], close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface EchoServer {
  readonly ports: ServerPorts;
  readonly pid: number;
  end(): Promise<void>;
}

async function startServer(task: ServerTask): Promise<EchoServer> {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, "server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, DSMIL_BENCH_DBE: JSON.stringify(task) },
  });
  const exited = once(child, "exit");
  const first = once(createInterface({ input: child.stdout }), "line");
  const [line] = await Promise.race([
    first,
    exited.then(() => {
      throw new Error("the echo server ended");
    }),
  ]);
  const end = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  return { ports: JSON.parse(String(line)) as ServerPorts, pid: child.pid ?? 0, end };
}

async function openWires(
  fleet: Fleet,
  sockets: string,
  quicPort: number,
  ports: ServerPorts,
  ends: (() => unknown)[],
): Promise<Rig["wires"]> {
  const { credentials } = fleet.nodes["node-a"];
  const host = "127.0.0.1";
  const peers = (): readonly string[] => NODES;
  const tls = new TlsTransport({ domain: DOMAIN, credentials, peers, bind: { address: host, port: 0 } });
  const quic = new QuicTransport({ sockets, peers });
  ends.push(
    () => tls.close(),
    () => quic.close(),
  );
  const dial = {
    tls: () => tls.dial({ node: "node-b", address: host, port: ports.dbe }),
    quic: () => quic.dial({ node: "node-b", address: host, port: quicPort }),
  };
  const overTls = new DbeWire(await dial.tls(), fleet);
  const overQuic = new DbeWire(await dial.quic(), fleet);
  await overTls.handshake();
  await overQuic.handshake();
  const secure = { ...tlsOptions(credentials), host, port: ports.tls, servername: `node-b.${DOMAIN}` };
  const wires = {
    tcp: new MessageWire(await ready(connect({ host, port: ports.tcp, noDelay: true }), "connect")),
    tls: new MessageWire(await ready(connectTls(secure).setNoDelay(true), "secureConnect")),
    "dbe over tls": overTls,
    quic: new ClearWire(await dial.quic()),
    "dbe over quic": overQuic,
  };
  ends.push(() => {
    for (const wire of Object.values(wires)) wire.close();
  });
  return wires;
}

async function ready(socket: Socket, event: "connect" | "secureConnect"): Promise<Socket> {
  await once(socket, event);
  return socket;
}
