import { once } from "node:events";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reason } from "../../images/runtime/dbe/codec/constants.ts";
import { PROTOCOL } from "../../images/runtime/dbe/transport/protocol.ts";
import { tlsOptions } from "../../images/runtime/dbe/transport/tls-options.ts";
import type { Credentials } from "../../images/runtime/dbe/transport/transport.ts";
import { closeConnections } from "../../infra/access/connection.ts";
import { Authority } from "../images/certificates.ts";
import { account, answeredSince, longestSilence } from "./harness/account.ts";
import { ADDRESS, DOMAIN, PORT, refusedBy, shown, until, untilLinked } from "./harness/bus.ts";
import { Capture, type Packet } from "./harness/capture.ts";
import { HYBRID, tlsClientHello } from "./harness/client-hello.ts";
import { crash } from "./harness/crash.ts";
import { dsmilOk, editManifest, resetManifest, run } from "./harness/dsmil.ts";
import { untilHealthy } from "./harness/fleet.ts";
import { Station } from "./harness/station.ts";
import { stolenFrom } from "./harness/stolen.ts";

// A stream of messages goes from node-a to node-b while the manifest moves the bus to TLS over TCP and back.

let sender: Station;
let receiver: Station;
let changed = false;

beforeAll(async () => {
  await untilLinked("quic");
  receiver = await Station.start("node-b", 47);
  sender = await Station.start("node-a", 54, 47);
});
afterAll(async () => {
  for (const station of [sender, receiver]) await station?.remove();
  resetManifest();
  if (changed) await dsmilOk("up");
  await untilHealthy();
  await untilLinked("quic");
  await closeConnections();
});

/** Sets the manifest's transport and deploys it; prints for how long no message was answered. */
async function moveTo(transport: "quic" | "tls"): Promise<void> {
  const begun = Date.now();
  changed = true;
  editManifest((text) => text.replace(/^ {2}transport: \w+/m, `  transport: ${transport}`));
  await dsmilOk("up");
  changed = transport === "tls";
  await untilLinked(transport);
  const sent = await sender.sent();
  const took = ((Date.now() - begun) / 1000).toFixed(0);
  console.info(`to ${transport}: ${took} s, no answer for ${longestSilence(sent, begun).toFixed(1)} s of them`);
  await until("answered", async () => (await sender.sent()).some((s) => s.outcome === "ok" && s.begun > begun + 1000));
}

it("moves all sessions to TLS by the manifest", () => moveTo("tls"));

describe("over TLS", () => {
  const KNOCKS: readonly (readonly [what: string, args: readonly string[], reason: Reason])[] = [
    ["classical groups only", ["-tls1_3", "-groups", "P-384:X25519:P-256"], "DOWNGRADE"],
    ["TLS 1.2 only", ["-tls1_2"], "DOWNGRADE"],
  ];

  it.each(KNOCKS)("a peer with %s is refused", async (_, args, reason) => {
    const target = ["-connect", `${ADDRESS["node-a"]}:${PORT}`, "-alpn", PROTOCOL];
    const { rows, counted } = await refusedBy("node-a", () => run("openssl", ["s_client", ...target, ...args]));
    expect(rows.map((row) => row.reason)).toEqual([reason]);
    expect(counted).toEqual({ [reason]: 1 });
  });

  it("a peer with a certificate of another authority is refused", async () => {
    const other = new Authority();
    const pair = other.issue(`node-b.${DOMAIN}`, { names: [`DNS:node-b.${DOMAIN}`] });
    other.dispose();
    const { ca } = (await stolenFrom("node-b")).credentials;
    const { rows, counted } = await refusedBy("node-a", () => knock({ ...pair, ca }));
    expect(rows.map((row) => row.reason)).toEqual(["BAD_CERTIFICATE"]);
    expect(counted).toEqual({ BAD_CERTIFICATE: 1 });
  });

  /** The session that node-a has with node-b. */
  const session = async () =>
    (await shown("node-a")).sessions.find(({ peer, state }) => peer === "node-b" && state === "up")?.session;

  it("every ClientHello offers the hybrid group, with its share, and no other; no message is in clear", async () => {
    const [from, to] = [ADDRESS["node-a"], ADDRESS["node-b"]];
    const capture = await Capture.start(`tcp and host ${from} and host ${to} and port ${PORT}`);
    const before = await session();
    await crash("node-b", "dsmil-dbe-gateway-node-b");
    await until("linked anew", async () => ![undefined, before].includes(await session()));
    const linked = Date.now();
    await until("answered", async () => answeredSince(await sender.sent(), linked + 500));
    const packets = await capture.stop();
    const hellos = clientStreams(packets).filter((stream) => stream.readUInt8(0) === 22);
    expect(hellos.length).toBeGreaterThan(0);
    for (const hello of hellos) expect(tlsClientHello(hello)).toEqual({ groups: [HYBRID], shares: [HYBRID] });
    const all = Buffer.concat(packets.map(({ payload }) => payload));
    expect(all.length).toBeGreaterThan(10_000);
    for (const text of ["DBE1", "ALPHA", "publicKey", "spiffe:"]) expect(all.includes(text)).toBe(false);
  });
});

it("moves all sessions back to QUIC", () => moveTo("quic"));

it("loses no message that was answered, and delivers none twice", async () => {
  const sent = await sender.finish();
  const result = account(sent, await receiver.delivered());
  console.info(`${sent.length} sent, ${result.answered} answered, not answered: ${JSON.stringify(result.refused)}`);
  expect(result.answered).toBeGreaterThan(sent.length / 2);
  expect(result).toMatchObject({ lost: [], twice: [] });
});

/** Connects as a peer with these credentials does, until the other side ends it. */
async function knock(credentials: Credentials): Promise<void> {
  const target = { host: ADDRESS["node-a"], port: PORT, servername: `node-a.${DOMAIN}`, ALPNProtocols: [PROTOCOL] };
  const socket = connect({ ...tlsOptions(credentials), ...target }).on("error", () => undefined);
  socket.resume();
  await once(socket, "close");
}

/** The beginning of what each client sent to the bus over TCP: its first segments, in order. */
function clientStreams(packets: readonly Packet[]): Buffer[] {
  const flows = new Map<string, Map<number, Buffer>>();
  for (const { toPort, from, fromPort, sequence, payload } of packets) {
    if (toPort !== PORT || payload.length === 0) continue;
    const flow = flows.get(`${from}:${fromPort}`) ?? new Map<number, Buffer>();
    flows.set(`${from}:${fromPort}`, flow.set(sequence, payload));
  }
  return [...flows.values()].map((flow) => {
    const parts = [...flow].sort(([a], [b]) => (a - b) | 0).slice(0, 4);
    return Buffer.concat(parts.map(([, payload]) => payload));
  });
}
