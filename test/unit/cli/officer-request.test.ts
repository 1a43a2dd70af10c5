import { describe, expect, it } from "vitest";
import { type ProbeRequest, probeMessage } from "../../../images/dbe-gateway/src/control/probe.ts";
import { checkQuery } from "../../../images/l9-nc3/src/check.ts";
import { checkSigners } from "../../../images/runtime/dbe/officers/signers.ts";
import { parseOrder } from "../../../images/runtime/stop/stop-order.ts";
import { newRequest, parseRequest, probeOf, signRequest } from "../../../infra/cli/officer/request.ts";
import { shown } from "../../../infra/cli/officer/shown.ts";
import { keyId, newKey } from "../../services/dbe-gateway/support/keys.ts";

const [one, two] = [newKey(), newKey()];
const officers = new Map(
  [one, two].map((key) => [keyId(key), { id: keyId(key), publicKey: key.publicKey, person: keyId(key) }]),
);
const messageOf = (request: ReturnType<typeof newRequest>) => probeMessage(probeOf(request) as ProbeRequest);

describe("a request of officers", () => {
  it("passes the gate's checks as the gateway makes it, once two have signed", async () => {
    const request = newRequest("ALPHA", { what: "nc3-status" });
    const passed = parseRequest(JSON.stringify(await signRequest(request, one)));
    const message = messageOf(await signRequest(passed, two));
    const facts = { tenant: "ALPHA", device: 61, officers, now: Date.now() };
    expect(checkQuery(message, facts).signers).toHaveLength(2);
    expect(() => checkQuery(messageOf(passed), facts)).toThrow(/MISSING_TWO_PERSON_SIGNATURES/);
  });

  it.each([
    [{ what: "stop", reason: "drill" } as const, { order: "stop", reason: "drill" }, 1],
    [{ what: "release", releases: "0".repeat(32) } as const, { order: "release", releases: "0".repeat(32) }, 2],
  ])("is an order that the gate reads: %o", async (asked, order, needed) => {
    let request = newRequest("ALPHA", asked);
    for (const key of [one, two].slice(0, needed)) request = await signRequest(request, key);
    const message = messageOf(request);
    expect(parseOrder(message.payload)).toMatchObject(order);
    expect(checkSigners(message, officers, needed as 1 | 2).ok).toBe(true);
  });

  it("needs no signature to ask for the state", () => {
    expect(parseOrder(messageOf(newRequest("ALPHA", { what: "state" })).payload)).toEqual({ order: "state" });
  });

  it("takes two signatures, of two keys", async () => {
    const once = await signRequest(newRequest("ALPHA", { what: "nc3-status" }), one);
    await expect(signRequest(once, one)).rejects.toThrow(/already/);
    await expect(signRequest(await signRequest(once, two), newKey())).rejects.toThrow(/two signatures/);
  });

  it("is none where who signs would not see what is asked", () => {
    const request = newRequest("ALPHA", { what: "release", releases: "0".repeat(32) });
    const { payload } = request;
    expect(parseRequest(JSON.stringify(request))).toEqual(request);
    const hidden = [
      { payload: `${payload.slice(0, -1)}\r${" ".repeat(200)}}` },
      { payload: payload.replace("{", '{"order":"stop",') },
      { payload: "\u001b[2J" },
      { tenant: "ALPHA\u001b[2K" },
      { message_id: "" },
      { tenant: ["ALPHA"] },
    ];
    for (const change of hidden) {
      expect(() => parseRequest(JSON.stringify({ ...request, ...change }))).toThrow(/no officers' request/);
    }
  });

  it("is shown without anything that a terminal would follow", () => {
    expect(shown("{\n \u001b[2K\u009b\u202e\r é}")).toBe("{\n \\u001b[2K\\u009b\\u202e\\u000d \\u00e9}");
  });

  it.each([
    "",
    "{}",
    "[]",
    '{"type":98}',
    '{"destination":61,"message_id":"","payload":1,"signatures":[],"tenant":"","type":1}',
  ])("is none: %s", (text) => {
    expect(() => parseRequest(text)).toThrow(/no officers' request/);
  });
});
