import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS, OFFSETS, REASONS, type Reason, TYPES } from "../../images/runtime/dbe/codec/constants.ts";
import { encodeLocal } from "../../images/runtime/dbe/codec/local.ts";
import { closeConnections } from "../../infra/access/connection.ts";
import type { Shown } from "../../infra/cli/dbe/show.ts";
import { NODES, refusedBy, send, untilLinked } from "./harness/bus.ts";
import { sayFrom } from "./harness/container-socket.ts";
import { dsmilOk } from "./harness/dsmil.ts";
import { echo } from "./harness/impostor.ts";

const folder = mkdtempSync(join(tmpdir(), "dsmil-lab-bus-"));

beforeAll(() => untilLinked("quic"));
afterAll(async () => {
  await closeConnections();
  rmSync(folder, { recursive: true, force: true });
});

describe("the bus", () => {
  const pairs = NODES.flatMap((from) => NODES.filter((to) => to !== from).map((to) => [from, to] as const));

  it.each(pairs)("carries echoes from %s to %s", async (from, to) => {
    const { stdout } = await dsmilOk("dbe", "ping", to, "--from", from, "--count", "10", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ from, node: to, count: 10 });
  });

  it("has a session between all nodes, with the hybrid group, over QUIC", async () => {
    const all = JSON.parse((await dsmilOk("dbe", "show", "--json")).stdout) as Shown[];
    expect(all.map(({ node }) => node)).toEqual(NODES.map((node) => expect.stringMatching(node)));
    for (const { node, sessions, problems } of all) {
      expect(problems).toEqual({});
      expect(sessions.map(({ peer }) => peer).sort()).toEqual(NODES.filter((one) => one !== node));
      for (const session of sessions) {
        expect(session).toMatchObject({ state: "up", group: "SecP384r1MLKEM1024", transport: "quic" });
      }
    }
  });

  it("gets new keys by command, and goes on", async () => {
    const ids = async () => (await untilLinked()).flatMap(({ sessions }) => sessions.map(({ session }) => session));
    const before = await ids();
    await dsmilOk("dbe", "rotate");
    await dsmilOk("dbe", "ping", "node-b");
    expect((await ids()).filter((id) => before.includes(id))).toEqual([]);
  });
});

describe("a message of an operator", () => {
  // Device 61 is the gate to NC3.
  const nc3 = ["--type", "0x62", "--tenant", "alpha", "--to", "61"];
  const analytics = ["--type", "0x62", "--tenant", "alpha", "--to", "52"];
  const signature = join(folder, "signature");
  writeFileSync(signature, "00".repeat(32 + 4627));
  const toAlpha = ["--type", "ECHO_REQ", "--tenant", "alpha"];
  const DRILLS: readonly (readonly [what: string, args: readonly string[], reason: Reason])[] = [
    ["without a ROE token", [...nc3, "--no-roe-token"], "INVALID_ROE_TOKEN"],
    ["with another device's ROE token", [...analytics, "--roe-token", "0x80B4"], "INVALID_ROE_TOKEN"],
    ["with one signature", [...nc3, "--signature-a", signature], "MISSING_TWO_PERSON_SIGNATURES"],
    [
      "with signatures of nobody",
      [...analytics, "--signature-a", signature, "--signature-b", signature],
      "INVALID_TWO_PERSON_SIGNATURES",
    ],
    [
      "for a compartment that is not the tenant's",
      [...toAlpha, "--compartment", "SOC", "NUCLEAR"],
      "COMPARTMENT_EXCEEDED",
    ],
    ["for a ROE level beyond the tenant's", [...toAlpha, "--roe-level", "TRAINING"], "ROE_EXCEEDED"],
    ["above the tenant's classification", [...toAlpha, "--classification", "TOP_SECRET"], "CLASSIFICATION_EXCEEDED"],
    ["as another device", [...toAlpha, "--source", "52"], "DEVICE_NOT_ALLOWED"],
    ["without a tenant", ["--type", "ECHO_REQ"], "MISSING_TENANT"],
    ["of a chat without a claim", ["--type", "0x41", "--tenant", "alpha", "--to", "43"], "MISSING_CLAIM_TOKEN"],
  ];

  it.each(DRILLS)("%s is refused, counted and audited once", async (_, args, reason) => {
    let answer: unknown;
    const { rows, counted } = await refusedBy("node-a", async () => {
      answer = await send(...args, "--from", "node-a");
    });
    expect(answer).toMatchObject({ name: "ERROR", reason });
    expect(rows.map((row) => [row.reason, row.peer])).toEqual([[reason, "@operator"]]);
    expect(counted).toEqual({ [reason]: 1 });
  });
});

describe("out of the container of bravo's analytics, by the socket that it has there,", () => {
  const CONTAINER = "dsmil-l8-analytics-bravo";
  const own = (tenantId: string) => echo({ source: 52, tlvs: { tenantId, deadlineMs: 5000 } });
  const say = async (frame: Buffer) => {
    let reason: number | undefined;
    const { rows, counted } = await refusedBy("node-a", async () => {
      reason = (await sayFrom("node-a", CONTAINER, frame)).tlvs.reason;
    });
    return { reason, rows: rows.map((row) => [row.reason, row.peer, row.source]), counted };
  };
  const refused = (reason: Reason, source: number) => ({
    reason: REASONS[reason],
    rows: [[reason, CONTAINER, source]],
    counted: { [reason]: 1 },
  });

  it("bravo's messages are taken", async () => {
    expect((await sayFrom("node-a", CONTAINER, encodeLocal(own("BRAVO")))).type).toBe(TYPES.ECHO_RESP);
  });

  it("nobody speaks for alpha", async () => {
    expect(await say(encodeLocal(own("ALPHA")))).toEqual(refused("TENANT_MISMATCH", 52));
  });

  it("nobody speaks as another device", async () => {
    expect(await say(encodeLocal({ ...own("BRAVO"), source: 18 }))).toEqual(refused("DEVICE_NOT_ALLOWED", 18));
  });

  it("a tenant's name that is too long is no message", async () => {
    const frame = encodeLocal(own("BRAVO"));
    const tlvs = frame.subarray(LIMITS.header, LIMITS.header + frame.readUInt32BE(OFFSETS.tlvLength));
    const longer = Buffer.concat([Buffer.of(1, 0, 0, 17), Buffer.from("B".repeat(17)), tlvs.subarray(4 + 5)]);
    const changed = Buffer.concat([
      frame.subarray(0, LIMITS.header),
      longer,
      frame.subarray(LIMITS.header + tlvs.length),
    ]);
    changed.writeUInt32BE(longer.length, OFFSETS.tlvLength);
    expect(await say(changed)).toEqual(refused("TOO_LARGE", 52));
  });

  it("a header that announces more TLVs than there may be is no message", async () => {
    const frame = encodeLocal(own("BRAVO"));
    frame.writeUInt32BE(16 * 1024 + 1, OFFSETS.tlvLength);
    expect(await say(frame)).toEqual(refused("TOO_LARGE", 52));
  });
});
