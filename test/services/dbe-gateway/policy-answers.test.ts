import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decideAnswer } from "../../../images/dbe-gateway/src/policy/decide-answer.ts";
import { FLAGS, type Reason, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { facts, message } from "./support/policy-rig.ts";

describe("answers", () => {
  const request = message();
  const good: Envelope = {
    ...request,
    type: TYPES.L8_PROPOSAL,
    flags: FLAGS.RESPONSE,
    source: request.destination,
    destination: request.source,
  };
  const error = { ...good, type: TYPES.ERROR, tlvs: { reason: 1 } };
  const coa = message({ type: TYPES.L9_COA_REQ, destination: 59 }, { tenantId: "ALPHA", roeTokenId: 0x80b1 });
  const coaAnswer = { ...coa, type: TYPES.L9_COA_RESP, flags: FLAGS.RESPONSE, source: 59, destination: 47 };

  it.each<[string, Envelope, Envelope]>([
    ["the answer that was asked for", good, request],
    ["an error, from the node, without a tenant", { ...error, source: 0 }, request],
    [
      "the acceptance of a one-way message",
      { ...good, type: TYPES.ACCEPTED, source: 0 },
      { ...request, flags: FLAGS.NO_REPLY },
    ],
    ["a course of action with its token", { ...coaAnswer, tlvs: { ...coa.tlvs, roeTokenId: 0x8000 + 3 * 47 } }, coa],
  ])("lets %s go back", (_what, answer, asked) => {
    expect(decideAnswer(answer, asked, facts)).toEqual({ ok: true });
  });

  it.each<[Reason, string, Envelope]>([
    ["TENANT_MISMATCH", "of another tenant", { ...good, tlvs: { tenantId: "BRAVO" } }],
    ["TENANT_MISMATCH", "an error of another tenant", { ...error, tlvs: { reason: 1, tenantId: "BRAVO" } }],
    ["MISSING_TENANT", "without a tenant", { ...good, tlvs: {} }],
    ["UNKNOWN_TYPE", "of another type", { ...good, type: TYPES.L7_CHAT_RESP }],
    ["UNKNOWN_TYPE", "only accepted though an answer was asked for", { ...good, type: TYPES.ACCEPTED }],
    ["MALFORMED", "without the flag", { ...good, flags: 0 }],
    ["MALFORMED", "to another message", { ...good, messageId: randomBytes(16) }],
    ["DEVICE_NOT_ALLOWED", "from another device", { ...good, source: 59 }],
    ["DEVICE_NOT_ALLOWED", "from the node in place of the device", { ...good, source: 0 }],
    ["DEVICE_NOT_ALLOWED", "to another device", { ...good, destination: 43 }],
    [
      "CLASSIFICATION_EXCEEDED",
      "above the tenant's classification",
      { ...good, tlvs: { tenantId: "ALPHA", classification: 4 } },
    ],
    ["TOO_LARGE", "too large", { ...good, payload: Buffer.alloc(1024 * 1024 + 1) }],
  ])("refuses with %s one %s", (reason, _what, answer) => {
    expect(decideAnswer(answer, request, facts)).toMatchObject({ ok: false, refuse: reason });
  });

  it("refuses a course of action without its token, and answers to a tenant that is gone", () => {
    expect(decideAnswer(coaAnswer, coa, facts)).toMatchObject({ refuse: "INVALID_ROE_TOKEN" });
    expect(decideAnswer(good, request, { ...facts, tenants: new Map() })).toMatchObject({ refuse: "UNKNOWN_TENANT" });
  });
});
