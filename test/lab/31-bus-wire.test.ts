import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { ADDRESS, ctl, PORT, send, until, untilLinked } from "./harness/bus.ts";
import { Capture, type Packet } from "./harness/capture.ts";
import { HYBRID, quicClientHellos } from "./harness/client-hello.ts";
import { crash } from "./harness/crash.ts";
import { onNodeOk } from "./harness/fleet.ts";

const [A, B] = [ADDRESS["node-a"], ADDRESS["node-b"]];
const marker = `marker-${randomBytes(12).toString("hex")}`;
const control = `control-${randomBytes(12).toString("hex")}`;
/** Where the control goes, in clear: nobody listens. */
const DISCARD = 9;

describe("on the wire between node-a and node-b", () => {
  let packets: Packet[];
  let bus: Packet[];

  beforeAll(async () => {
    await untilLinked();
    const capture = await Capture.start(`host ${A} and host ${B} and (port ${PORT} or udp port ${DISCARD})`);
    await onNodeOk("node-b", "bash", "-c", `printf %s '${control}' > /dev/udp/${A}/${DISCARD}`);
    // New TLS handshakes, new DBE handshakes.
    const sidecar = "dsmil-dbe-quic-node-b";
    await crash("node-b", sidecar);
    await until("linked anew", async () => (await ctl<{ ms?: object }>("node-b", ["ping", "node-a"])).ms !== undefined);
    const payload = JSON.stringify({ event: marker, tenant: "ALPHA", text: "x".repeat(4000) });
    for (let i = 0; i < 3; i++) {
      await send("--from", "node-b", "--type", "ECHO_REQ", "--tenant", "alpha", "--to", "52", "--payload", payload);
    }
    packets = await capture.stop();
    bus = packets.filter(({ fromPort, toPort }) => fromPort === PORT || toPort === PORT);
  });
  afterAll(async () => {
    await untilLinked();
    await closeConnections();
  });

  const whole = (some: readonly Packet[]): Buffer => Buffer.concat(some.map(({ payload }) => payload));

  it("a message in clear would be seen", () => {
    expect(whole(packets).includes(control)).toBe(true);
  });

  it("the messages passed", () => {
    const sent = bus.filter(({ from, to }) => from === B && to === A);
    expect(whole(sent).length).toBeGreaterThan(3 * 4000);
    expect(whole(bus.filter(({ from }) => from === A)).length).toBeGreaterThan(1000);
  });

  it.each(["marker-", "DBE1", "ALPHA", "tenant", '"publicKey"', "xxxxxxxx", "spiffe:"])("%j is nowhere", (text) => {
    expect(whole(bus).includes(text)).toBe(false);
    expect(whole(bus).includes(marker)).toBe(false);
  });

  it("every packet is QUIC", () => {
    expect(bus.filter(({ protocol }) => protocol !== "udp")).toEqual([]);
    // RFC 9000, section 17: the fixed bit; a version where the header is long.
    expect(bus.filter(({ payload }) => (payload.readUInt8(0) & 0x40) === 0)).toEqual([]);
    const long = bus.filter(({ payload }) => (payload.readUInt8(0) & 0x80) !== 0);
    expect(new Set(long.map(({ payload }) => payload.readUInt32BE(1)))).toEqual(new Set([1]));
  });

  it("every ClientHello offers the hybrid group, with its share, and no other", () => {
    const hellos = [A, B].flatMap((from) => quicClientHellos(bus.filter((p) => p.from === from).map((p) => p.payload)));
    expect(hellos.length).toBeGreaterThan(0);
    for (const hello of hellos) expect(hello).toEqual({ groups: [HYBRID], shares: [HYBRID] });
  });
});
