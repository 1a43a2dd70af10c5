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
import { ADDRESS, ctl, DOMAIN, PORT, refusedBy, shown, until, untilLinked } from "./harness/bus.ts";
import { Capture, type Packet } from "./harness/capture.ts";
import { keepCertificate, keptCertificates } from "./harness/certificates.ts";
import { HYBRID, tlsClientHello } from "./harness/client-hello.ts";
import { crash } from "./harness/crash.ts";
import { dsmilOk, editManifest, resetManifest, run } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";
import { SOCKET, startTpm, stopTpm } from "./harness/software-tpm.ts";
import { Station } from "./harness/station.ts";

// A stream of messages goes from node-a to node-b while the manifest moves the bus to TLS over TCP, and node-b's key into a
// TPM, and both back.

const NODE = "node-b";
const GATEWAY = `dsmil-dbe-gateway-${NODE}`;
const KEYS = "/etc/dsmil/node_keys";

let sender: Station;
let receiver: Station;
let changed = false;

beforeAll(async () => {
  await untilLinked("quic");
  await startTpm(NODE);
  receiver = await Station.start("node-b", 47);
  sender = await Station.start("node-a", 54, 47);
});
afterAll(async () => {
  for (const station of [sender, receiver]) await station?.remove();
  resetManifest();
  if (changed) await dsmilOk("up");
  await untilHealthy();
  await untilLinked("quic");
  await stopTpm(NODE);
  await closeConnections();
});

/** Deploys the manifest as it is now; prints for how long no message was answered. */
async function moveTo(transport: "quic" | "tls"): Promise<void> {
  const begun = Date.now();
  changed = true;
  await dsmilOk("up");
  changed = transport === "tls";
  await untilLinked(transport);
  const sent = await sender.sent();
  const took = ((Date.now() - begun) / 1000).toFixed(0);
  console.info(`to ${transport}: ${took} s, no answer for ${longestSilence(sent, begun).toFixed(1)} s of them`);
  await until("answered", async () => (await sender.sent()).some((s) => s.outcome === "ok" && s.begun > begun + 1000));
}

const files = async (): Promise<string[]> => (await onNodeOk(NODE, "ls", KEYS)).trim().split("\n").sort();
const publicKey = async (): Promise<unknown> =>
  JSON.parse(await onNodeOk(NODE, "cat", `${KEYS}/${NODE}-mldsa87.pub`)).publicKey;

/** What the gateway said of its key at its last start. */
async function described(): Promise<unknown> {
  const log = await onNodeOk(NODE, "sh", "-c", `docker logs ${GATEWAY} 2>&1 | grep '"msg":"started"' | tail -n 1`);
  return (JSON.parse(log) as { key: unknown }).key;
}

async function pingsBothWays(): Promise<void> {
  await untilLinked();
  for (const [from, to] of [
    ["node-a", NODE],
    [NODE, "node-a"],
    [NODE, "node-c"],
  ] as const) {
    expect(await ctl(from, ["ping", to, "5"])).toMatchObject({ count: 5 });
  }
}

describe("by the manifest", () => {
  it("all sessions move to TLS, and node-b gets a new key, sealed by its TPM; the bare seed is gone", async () => {
    const before = await publicKey();
    await keepCertificate(NODE);
    expect(await files()).toEqual([`${NODE}-mldsa87.key`, `${NODE}-mldsa87.pub`]);
    editManifest((text) =>
      text
        .replace(/^ {2}transport: \w+/m, "  transport: tls")
        .replace(/^( {2}- \{ id: node-b,.*?) \}$/m, `$1, key: { kind: tpm2, device: ${SOCKET} } }`),
    );
    await moveTo("tls");
    expect(await files()).toEqual(["priv.tpm", "pub", "pub.tpm"].map((end) => `${NODE}-mldsa87.${end}`));
    expect(await publicKey()).not.toBe(before);
    expect(await described()).toMatchObject({ kind: "tpm2" });
  });

  it("node-b speaks to the others, and they to it", pingsBothWays);
});

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
    const ca = await onNodeOk("node-b", "cat", "/etc/dsmil/ca/ca.crt");
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

describe("node-b with a TPM", () => {
  it("opens its key again after a crash", async () => {
    await crash(NODE, GATEWAY);
    await pingsBothWays();
    expect(await described()).toMatchObject({ kind: "tpm2" });
  });

  it("has an audit trail that still holds, under both keys", async () => {
    const { stdout } = await dsmilOk("audit", "verify", ...keptCertificates());
    expect(stdout).toContain("wrote them");
  });
});

describe("by the manifest of before", () => {
  it("all sessions move back to QUIC, node-b gets a new bare key, and nothing sealed stays", async () => {
    const sealed = await publicKey();
    await keepCertificate(NODE);
    resetManifest();
    await moveTo("quic");
    expect(await files()).toEqual([`${NODE}-mldsa87.key`, `${NODE}-mldsa87.pub`]);
    expect(await publicKey()).not.toBe(sealed);
    expect(await described()).toMatchObject({ kind: "file" });
  });

  it("node-b speaks to the others, and they to it", pingsBothWays);
});

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
