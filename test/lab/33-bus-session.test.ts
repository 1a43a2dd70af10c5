import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OFFSETS, REASONS, type Reason, TYPES } from "../../images/runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../images/runtime/dbe/codec/types.ts";
import type { Session } from "../../images/runtime/dbe/session/session.ts";
import { closeConnections } from "../../infra/access/connection.ts";
import { buildSidecar } from "../services/support/dbe-sidecar.ts";
import { refusedBy, untilLinked } from "./harness/bus.ts";
import { onNodeOk } from "./harness/fleet.ts";
import { echo, Impostor, type Wire } from "./harness/impostor.ts";
import { stolenFrom } from "./harness/stolen.ts";

// What node-c refuses from node-b once there is a session: here is someone who has all that node-b has.

const GATEWAY = "dsmil-dbe-gateway-node-b";
const folder = mkdtempSync(join(tmpdir(), "dsmil-lab-session-"));
let impostor: Impostor;
let wire: Wire;
let session: Session;

beforeAll(async () => {
  await untilLinked();
  impostor = await Impostor.start(await buildSidecar(folder), await stolenFrom("node-b"));
  // The real one would dial anew whenever its channel is replaced, and get the answers.
  await onNodeOk("node-b", "docker", "stop", GATEWAY);
});
beforeEach(async () => {
  wire = await impostor.channel("node-c");
  session = await wire.opened();
});
afterEach(() => wire.channel.close());
afterAll(async () => {
  await impostor?.close();
  await onNodeOk("node-b", "docker", "start", GATEWAY);
  await untilLinked();
  await closeConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** What node-c makes of a message, and writes down. */
async function told(changes: Partial<Envelope>) {
  let answer: Envelope | undefined;
  const { rows, counted } = await refusedBy("node-c", async () => {
    answer = await wire.ask(session, echo(changes));
  });
  return { type: answer?.type, reason: answer?.tlvs.reason, rows, counted };
}

/** What node-c writes down about frames after which it may end the channel. */
const refusedFrames = (ends: boolean, ...frames: Buffer[]) =>
  refusedBy("node-c", async () => {
    for (const frame of frames) wire.channel.write(frame);
    if (ends) await wire.ended();
    else await wire.ask(session, echo());
  });

describe("node-b, in a session with node-c,", () => {
  it("is answered: what is refused below is for its reason", async () => {
    expect(await told({})).toEqual({ type: TYPES.ECHO_RESP, reason: undefined, rows: [], counted: {} });
  });

  const deadlineMs = 5000;
  const MESSAGES: readonly (readonly [what: string, changes: Partial<Envelope>, reason: Reason])[] = [
    ["names no tenant", { tlvs: { deadlineMs } }, "MISSING_TENANT"],
    ["names a tenant that is none", { tlvs: { deadlineMs, tenantId: "ZULU" } }, "UNKNOWN_TENANT"],
    ["speaks for a device of node-a", { source: 52 }, "DEVICE_NOT_ALLOWED"],
    ["speaks to a device of another node", { destination: 52 }, "NO_ROUTE"],
    ["asks the node for more than it answers", { type: TYPES.L9_COA_REQ }, "NO_ROUTE"],
    [
      "goes beyond a compartment",
      { tlvs: { deadlineMs, tenantId: "BRAVO", compartments: 0x08 } },
      "COMPARTMENT_EXCEEDED",
    ],
    ["goes beyond the ROE level", { tlvs: { deadlineMs, tenantId: "BRAVO", roeLevel: 2 } }, "ROE_EXCEEDED"],
    ["speaks as the L7 router without a claim", { source: 43 }, "MISSING_CLAIM_TOKEN"],
    [
      "shows a claim that is none",
      { source: 43, tlvs: { deadlineMs, tenantId: "ALPHA", claimToken: Buffer.from("a.b.c") } },
      "INVALID_CLAIM_TOKEN",
    ],
  ];

  it.each(MESSAGES)("that %s is refused", async (_, changes, reason) => {
    const { rows, counted, ...answer } = await told(changes);
    expect(answer).toEqual({ type: TYPES.ERROR, reason: REASONS[reason] });
    expect(rows.map((row) => [row.reason, row.peer, row.type])).toEqual([
      [reason, "node-b", changes.type ?? TYPES.ECHO_REQ],
    ]);
    expect(counted).toEqual({ [reason]: 1 });
  });

  const FRAMES: readonly (readonly [what: string, ends: boolean, make: () => Buffer[], reason: Reason])[] = [
    ["a frame twice", false, twice, "REPLAY"],
    [
      "a frame of another time",
      true,
      () => [session.seal(echo({ timestamp: Date.now() - 60_000 }))],
      "STALE_TIMESTAMP",
    ],
    ["a frame with a bit turned", true, () => [turned(session.seal(echo()), -20)], "BAD_TAG"],
    [
      "a frame with another header than was sealed",
      true,
      () => [turned(session.seal(echo()), OFFSETS.destination)],
      "BAD_TAG",
    ],
    [
      "a frame of a session that is none",
      false,
      () => [turned(session.seal(echo()), OFFSETS.session)],
      "UNKNOWN_SESSION",
    ],
    ["more TLVs than there may be", true, () => [announcing(OFFSETS.tlvLength, 16 * 1024 + 1)], "TOO_LARGE"],
    ["more payload than there may be", true, () => [announcing(OFFSETS.payloadLength, 1024 * 1024 + 1)], "TOO_LARGE"],
    ["a frame of another protocol", true, () => [Buffer.from("GET / HTTP/1.1\r\n".repeat(8))], "MALFORMED"],
  ];

  it.each(FRAMES)("that sends %s is refused", async (_, ends, make, reason) => {
    const { rows, counted } = await refusedFrames(ends, ...make());
    expect(rows.map((row) => [row.reason, row.peer])).toEqual([[reason, "node-b"]]);
    expect(counted).toEqual({ [reason]: 1 });
  });

  it("that uses keys which were replaced is refused", async () => {
    const old = session.seal(echo());
    // The session before the current one is still taken for 30 s, the one before that is not.
    for (const _ of [1, 2]) {
      session = await wire.opened();
      await wire.ask(session, echo());
    }
    const { rows, counted } = await refusedFrames(false, old);
    expect(rows.map((row) => row.reason)).toEqual(["KEY_RETIRED"]);
    expect(counted).toEqual({ KEY_RETIRED: 1 });
  });
});

function twice(): Buffer[] {
  const frame = session.seal(echo());
  return [frame, frame];
}

/** The frame with one bit turned; a negative place counts from its end. */
function turned(frame: Buffer, at: number): Buffer {
  const place = at < 0 ? frame.length + at : at;
  frame.writeUInt8(frame.readUInt8(place) ^ 1, place);
  return frame;
}

/** A frame whose header announces a length. */
function announcing(offset: number, length: number): Buffer {
  const frame = session.seal(echo());
  frame.writeUInt32BE(length, offset);
  return frame;
}
