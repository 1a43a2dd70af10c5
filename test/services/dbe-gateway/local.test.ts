import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { Inbox } from "../../../images/dbe-gateway/src/local/inbox.ts";
import { FLAGS, REASONS, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { firstSentTlv } from "../../../images/runtime/dbe/local/first-sent.ts";
import { DbeInbox, type DbeInboxOptions, type Handler } from "../../../images/runtime/dbe/local/inbox.ts";
import { quiet } from "./support/fleet.ts";
import { TestFolder } from "./support/folder.ts";

const folder = new TestFolder();
const open = <T extends { close(): unknown }>(one: T): T => folder.open(one);

let ids = 0;
function message(changes: Partial<Envelope> = {}): Envelope {
  const messageId = Buffer.alloc(16);
  messageId.writeUInt32BE(++ids);
  return {
    type: TYPES.L8_SOC_EVENT_ENRICHMENT,
    ...{ flags: 0, messageId, source: 47, destination: 52, timestamp: Date.now() },
    tlvs: { tenantId: "ALPHA", deadlineMs: 5000 },
    payload: Buffer.from("event"),
    ...changes,
  };
}
const copyOf = (first: Envelope, sent: number): Envelope => ({
  ...first,
  tlvs: { ...first.tlvs, extra: firstSentTlv(sent) },
});
const reasonOf = (answer: Envelope): number | undefined => answer.tlvs.reason;

async function inbox(handler: Handler, more: Partial<DbeInboxOptions> = {}): Promise<DbeInbox> {
  const handlers = { [TYPES.L8_SOC_EVENT_ENRICHMENT]: handler };
  const made = open(new DbeInbox({ folder: folder.path, handlers, log: quiet(), skewMs: 0, ...more }));
  await made.listen();
  return made;
}
const echo: Handler = async ({ payload }) => ({ type: TYPES.L8_PROPOSAL, payload });

describe("an inbox", () => {
  it("works on a message once, whatever copies come, also at the same time", async () => {
    let worked = 0;
    await inbox(async (asked, signal) => {
      worked += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return echo(asked, signal);
    });
    const way = open(new Inbox(folder.path, "one"));
    const first = message();
    const copy = copyOf(first, Date.now());
    const answers = await Promise.all([first, copy, copy].map((one) => way.deliver(one, 1000)));
    answers.push(await way.deliver(copy, 1000));
    expect(worked).toBe(1);
    for (const answer of answers) expect(String(answer.payload)).toBe("event");
    // The same id by another device, or for another tenant, is another message.
    await way.deliver({ ...first, source: 48 }, 1000);
    expect(worked).toBe(2);
  });

  it("refuses a copy whose first may have gone to the process before it", async () => {
    let worked = 0;
    const handler: Handler = async (asked, signal) => {
      worked += 1;
      return echo(asked, signal);
    };
    const before = await inbox(handler);
    const way = open(new Inbox(folder.path, "one"));
    const first = message();
    await way.deliver(first, 1000);
    await before.close();
    await inbox(handler);
    const refused = await way.deliver(copyOf(first, first.timestamp), 1000);
    expect([refused.type, reasonOf(refused), worked]).toEqual([TYPES.ERROR, REASONS.DESTINATION_UNAVAILABLE, 1]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const later = message();
    expect((await way.deliver(copyOf(later, later.timestamp), 1000)).type).toBe(TYPES.L8_PROPOSAL);
  });

  it("answers with tenant, devices and id of the request, and reasons for what its handler throws", async () => {
    await inbox(async ({ payload }) => {
      if (String(payload) === "refuse") throw new DbeError("ROE_EXCEEDED", "no");
      if (String(payload) === "break") throw new Error("a secret");
      return { type: TYPES.L8_PROPOSAL, payload: Buffer.from("done"), tlvs: { classification: 1 } };
    });
    const way = open(new Inbox(folder.path, "one"));
    const asked = message();
    const answer = await way.deliver(asked, 1000);
    const { type, flags, source, destination, tlvs } = answer;
    expect({ type, flags, source, destination, tlvs }).toEqual({
      ...{ type: TYPES.L8_PROPOSAL, flags: FLAGS.RESPONSE, source: 52, destination: 47 },
      tlvs: { tenantId: "ALPHA", classification: 1 },
    });
    expect(answer.messageId.equals(asked.messageId)).toBe(true);
    const reason = async (changes: Partial<Envelope>) => reasonOf(await way.deliver(message(changes), 1000));
    expect(await reason({ payload: Buffer.from("refuse") })).toBe(REASONS.ROE_EXCEEDED);
    expect(await reason({ payload: Buffer.from("break") })).toBe(REASONS.INTERNAL);
    expect(await reason({ type: TYPES.L7_CHAT_REQ })).toBe(REASONS.UNKNOWN_TYPE);
    expect(await reason({ destination: 61 })).toBe(REASONS.TENANT_MISMATCH);
    expect(await reason({ tlvs: { tenantId: "BRAVO" } })).toBe(REASONS.TENANT_MISMATCH);
    expect((await way.deliver(message({ type: TYPES.ECHO_REQ }), 1000)).type).toBe(TYPES.ECHO_RESP);
    expect((await way.deliver(message({ flags: FLAGS.NO_REPLY }), 1000)).type).toBe(TYPES.ACCEPTED);
  });

  it("takes a bounded number at a time", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await inbox(
      async (asked, signal) => {
        await held;
        return echo(asked, signal);
      },
      { concurrency: 2 },
    );
    const way = open(new Inbox(folder.path, "one"));
    const asked = [message(), message(), message()].map((one) => way.deliver(one, 2000));
    const first = await Promise.race(asked);
    expect(reasonOf(first)).toBe(REASONS.OVERLOADED);
    release();
    const types = (await Promise.all(asked)).map(({ type }) => type);
    expect(types.filter((type) => type === TYPES.L8_PROPOSAL)).toHaveLength(2);
  });
});

describe("the way to an inbox", () => {
  it("ends by the deadline, and tells a container that is not there from one that is silent", async () => {
    const way = open(new Inbox(folder.path, "one"));
    await expect(way.deliver(message(), 500)).rejects.toMatchObject({ mayHaveArrived: false });
    await inbox(() => new Promise(() => undefined));
    await expect(way.deliver(message(), 100)).rejects.toMatchObject({ reason: "TIMEOUT" });
  });

  it("follows no link that the container lays, to whatever it leads", async () => {
    mkdirSync(`${folder.path}/other`);
    writeFileSync(
      `${folder.path}/other/identity.json`,
      '{"container":"other","service":"x","device":52,"tenants":["ALPHA"]}',
    );
    let reached = 0;
    await inbox(
      async (asked, signal) => {
        reached += 1;
        return echo(asked, signal);
      },
      { folder: `${folder.path}/other` },
    );
    symlinkSync("other/inbox.sock", `${folder.path}/inbox.sock`);
    const way = open(new Inbox(folder.path, "one"));
    await expect(way.deliver(message(), 500)).rejects.toThrow();
    rmSync(`${folder.path}/inbox.sock`);
    writeFileSync(`${folder.path}/inbox.sock`, "");
    await expect(way.deliver(message(), 500)).rejects.toThrow(/no socket/);
    expect(reached).toBe(0);
  });

  it("sends again when a connection breaks, marked as a copy", async () => {
    let connections = 0;
    const breaks = createServer((socket) => {
      connections += 1;
      socket.on("data", () => socket.destroy());
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => breaks.listen(`${folder.path}/inbox.sock`, resolve));
    const way = open(new Inbox(folder.path, "one"));
    await expect(way.deliver(message(), 2000)).rejects.toMatchObject({ reason: "DESTINATION_UNAVAILABLE" });
    expect(connections).toBe(3);
    await new Promise((resolve) => breaks.close(resolve));
  });
});
