import { describe, expect, it } from "vitest";
import { alertOf, candidatesOf } from "../../../images/l8-soar/src/candidates.ts";
import { NotRecorded, Proposer } from "../../../images/l8-soar/src/proposer.ts";
import { Recent, recentKey } from "../../../images/l8-soar/src/recent.ts";
import { targetOf } from "../../../images/l8-soar/src/targets.ts";
import type { DsmilEvent } from "../../../images/runtime/event.ts";
import type { Decision, PolicyRequest } from "../../../images/runtime/policy/decision.ts";
import type { Severity } from "../../../images/runtime/severity.ts";
import { ACTIONS } from "../../../images/runtime/soc/proposed-action.ts";

const FIELDS = {
  src_ip: "10.1.2.3",
  dest_ip: "203.0.113.7",
  domain: "Evil.Example",
  user: "bob",
  sha256: "AB".repeat(32),
  host: "web-1",
};
const event = (kind: string, severity: Severity, confidence = 0.9, fields: object = FIELDS, id = 1): DsmilEvent => ({
  event_id: `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`,
  tenant_id: "ALPHA",
  ts: "2026-11-21T17:05:09Z",
  source_device: 52,
  source_layer: 8,
  category: "IDS",
  severity,
  payload: { fields } as DsmilEvent["payload"],
  l3: { score: 0.8, decision: "ALERT", rules: [] },
  l4: { class: kind, confidence, evidence: ["sig_c2"], alternatives: [] },
});
const shown = (one: DsmilEvent) => candidatesOf(one).map(({ action, target }) => `${action} ${target}`);

const finding = (flag: string, severity: Severity, facts: object = {}, fields: object = FIELDS): DsmilEvent => {
  const { l3: _l3, l4: _l4, ...rest } = event("NONE", severity, 0, fields);
  const payload = { fields, detail: "what was found" } as DsmilEvent["payload"];
  const l8_enrichment = { signal_flags: [flag], about: "x", facts } as NonNullable<DsmilEvent["l8_enrichment"]>;
  return { ...rest, category: "INTEL", payload, l8_enrichment };
};

describe("what fits a finding of devices 54, 55 and 57", () => {
  const matched = (field: string, value: string) => ({ field, value });
  it.each<[string, Severity, object, readonly string[]]>([
    ["INTEL_MATCH", "HIGH", matched("dest_ip", "203.0.113.7"), ["ISOLATE_HOST ip:10.1.2.3", "BLOCK_IP ip:203.0.113.7"]],
    ["INTEL_MATCH", "MEDIUM", matched("dest_ip", "203.0.113.7"), ["BLOCK_IP ip:203.0.113.7"]],
    ["INTEL_MATCH", "HIGH", matched("src_ip", "203.0.113.9"), ["BLOCK_IP ip:203.0.113.9"]],
    ["INTEL_MATCH", "MEDIUM", matched("domain", "c2.example"), ["BLOCK_DOMAIN domain:c2.example"]],
    ["INTEL_MATCH", "HIGH", matched("src_ip", "10.1.2.3"), ["ALERT_ONLY ip:203.0.113.7"]],
    ["INTEL_MATCH", "HIGH", matched("sha256", "cd".repeat(32)), [`QUARANTINE_FILE hash:${"cd".repeat(32)}`]],
    ["INTEL_MATCH", "LOW", matched("domain", "c2.example"), []],
    ["INTEL_MATCH", "HIGH", {}, ["ALERT_ONLY ip:203.0.113.7"]],
    ["INTEL_MATCH", "HIGH", matched("__proto__", "x"), ["ALERT_ONLY ip:203.0.113.7"]],
    ["DNS_TUNNEL", "HIGH", {}, ["ISOLATE_HOST ip:10.1.2.3", "BLOCK_DOMAIN domain:evil.example"]],
    ["PORT_SCAN", "MEDIUM", {}, []],
    ["UNUSUAL_LOGIN", "MEDIUM", {}, []],
    ["UNUSUAL_LOGIN", "HIGH", {}, ["ALERT_ONLY ip:203.0.113.7"]],
    ["BEACON", "HIGH", {}, ["ALERT_ONLY ip:203.0.113.7"]],
    ["constructor", "HIGH", {}, ["ALERT_ONLY ip:203.0.113.7"]],
  ])("%s, %s, %j", (flag, severity, facts, expected) =>
    expect(shown(finding(flag, severity, facts))).toEqual(expected),
  );

  it("blocks who scans from outside", () => {
    expect(shown(finding("HOST_SCAN", "MEDIUM", {}, { src_ip: "203.0.113.9" }))).toEqual(["BLOCK_IP ip:203.0.113.9"]);
  });
});

describe("what fits an event", () => {
  it.each<[string, Severity, readonly string[]]>([
    [
      "MALWARE_C2",
      "CRITICAL",
      [
        "ISOLATE_HOST ip:10.1.2.3",
        "BLOCK_DOMAIN domain:evil.example",
        "BLOCK_IP ip:203.0.113.7",
        `QUARANTINE_FILE hash:${"ab".repeat(32)}`,
      ],
    ],
    ["MALWARE_C2", "MEDIUM", ["BLOCK_DOMAIN domain:evil.example", "BLOCK_IP ip:203.0.113.7"]],
    ["EXFILTRATION", "MEDIUM", []],
    ["EXPLOIT", "HIGH", ["BLOCK_IP ip:203.0.113.7"]],
    ["BRUTE_FORCE", "MEDIUM", ["BLOCK_IP ip:203.0.113.7"]],
    ["BRUTE_FORCE", "CRITICAL", ["BLOCK_IP ip:203.0.113.7", "DISABLE_ACCOUNT user:bob"]],
    ["PRIVILEGE_ESCALATION", "HIGH", ["DISABLE_ACCOUNT user:bob"]],
    ["RECON", "MEDIUM", ["BLOCK_IP ip:203.0.113.7"]],
    ["RECON", "LOW", []],
    ["POLICY", "HIGH", ["ALERT_ONLY ip:203.0.113.7"]],
    ["BENIGN", "INFO", []],
    ["BENIGN", "CRITICAL", ["ALERT_ONLY ip:203.0.113.7"]],
  ])("%s, %s", (kind, severity, expected) => expect(shown(event(kind, severity))).toEqual(expected));

  it("is an alert at most where Layer 4 is not sure, or has not spoken", () => {
    expect(shown(event("MALWARE_C2", "HIGH", 0.59))).toEqual(["ALERT_ONLY ip:203.0.113.7"]);
    const { l4: _, ...silent } = event("MALWARE_C2", "HIGH");
    expect(shown({ ...silent, payload: {} })).toEqual(["ALERT_ONLY class:IDS"]);
  });

  it("never isolates a stranger, and never blocks what is ours", () => {
    expect(targetOf({ src_ip: "203.0.113.7", dest_ip: "198.51.100.1" }, "machine")).toBeUndefined();
    expect(targetOf({ src_ip: "192.168.0.1", dest_ip: "fe80::1" }, "address")).toBeUndefined();
    expect(targetOf({ src_ip: "203.0.113.7", host: "web-1" }, "machine")).toBe("host:web-1");
  });

  it.each<[Parameters<typeof targetOf>[1], Record<string, string>]>([
    ["machine", { host: "a b; rm -rf" }],
    ["machine", { src_ip: "10.1.2.3 or not" }],
    ["address", { src_ip: "2030.113.7.1" }],
    ["domain", { domain: "localhost" }],
    ["domain", { domain: `${"a".repeat(300)}.example` }],
    ["user", { user: "a\nb" }],
    ["user", { user: "x".repeat(65) }],
    ["file", { sha256: "zz" }],
  ])("takes no %s from %j", (kind, fields) => expect(targetOf(fields, kind)).toBeUndefined());
});

function rig(
  allowed: readonly string[],
  more: { channels?: number; reasons?: string[]; version?: number | null } = {},
) {
  const asked: string[] = [];
  const recent = new Recent(1000);
  const state = { allowed, version: more.version === undefined ? 7 : more.version, now: 5_000_000 };
  let seq = 0;
  const ask = async (request: PolicyRequest): Promise<Decision> => {
    const what = request.decision === "allow_action" ? request.action : request.decision;
    asked.push(what);
    const allow = state.version !== null && (what === "notify" || state.allowed.includes(what));
    const channels = [
      { channel: "email" as const, target: "secret@x" },
      { channel: "email" as const, target: "other@x" },
    ];
    const reasons = more.reasons ?? [allow ? "action_listed" : "action_not_listed"];
    const policy = state.version === null ? null : { version: state.version, bundle: "ab" };
    const record = { writer: "l8-soar-alpha", seq: ++seq };
    return { decision: request.decision, allow, reasons, channels: allow ? channels : [], policy, record };
  };
  const parts = { tenant: "ALPHA", device: 58, ask, policyVersion: () => state.version, recent, now: () => state.now };
  const proposer = new Proposer(parts);
  const judge = async (...events: DsmilEvent[]) => {
    const judged = await proposer.judge(events);
    for (const { candidate, result, asked: fresh, eventId, policyVersion } of judged) {
      const key = recentKey(candidate);
      if (fresh && result !== "duplicate") recent.note({ key, outcome: result, eventId, policyVersion }, state.now);
    }
    return judged;
  };
  const results = async (...events: DsmilEvent[]) =>
    (await judge(...events)).map(({ candidate, result }) => `${candidate.action} ${result}`);
  return { asked, judge, results, state };
}

describe("a proposer", () => {
  it("proposes what policy allows, with what speaks for it and who allowed it", async () => {
    const { judge } = rig(["BLOCK_IP"]);
    const [one] = await judge(event("RECON", "MEDIUM"));
    expect(one?.proposal).toEqual({
      proposal_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8/),
      tenant_id: "ALPHA",
      ts: "1970-01-01T01:23:20.000Z",
      device: 58,
      event_id: "00000000-0000-4000-8000-000000000001",
      action: "BLOCK_IP",
      target: "ip:203.0.113.7",
      rationale: "RECON with confidence 0.90, severity MEDIUM; evidence sig_c2; Layer 3 ALERT 0.80",
      severity: "MEDIUM",
      channels: ["email"],
      decision: { writer: "l8-soar-alpha", seq: 1 },
      policy_version: 7,
      status: "proposed",
    });
  });

  it("gives a proposal an id by event and action alone", async () => {
    const ids = async (...events: DsmilEvent[]) =>
      (await rig(ACTIONS).judge(...events)).map((one) => one.proposal?.proposal_id);
    const [first, again] = [await ids(event("MALWARE_C2", "CRITICAL")), await ids(event("MALWARE_C2", "CRITICAL"))];
    expect(again).toEqual(first);
    expect(new Set([...first, ...(await ids(event("MALWARE_C2", "CRITICAL", 0.9, FIELDS, 2)))]).size).toBe(8);
  });

  it("falls back to an alert where an isolation, or everything, is refused", async () => {
    const isolate = event("EXFILTRATION", "HIGH");
    expect(await rig(["BLOCK_IP", "ALERT_ONLY"]).results(isolate)).toEqual([
      ...["ISOLATE_HOST refused", "BLOCK_DOMAIN refused", "BLOCK_IP proposed", "ALERT_ONLY proposed"],
    ]);
    expect(await rig(["ALERT_ONLY"]).results(event("RECON", "HIGH"))).toEqual([
      "BLOCK_IP refused",
      "ALERT_ONLY proposed",
    ]);
    expect(await rig(["ISOLATE_HOST", "ALERT_ONLY"]).results(isolate)).toEqual([
      ...["ISOLATE_HOST proposed", "BLOCK_DOMAIN refused", "BLOCK_IP refused"],
    ]);
    const [, , , alert] = await rig(["ALERT_ONLY"]).judge(isolate);
    expect(alert?.proposal?.rationale).toContain(
      "instead of ISOLATE_HOST, BLOCK_DOMAIN, BLOCK_IP, which policy refuses",
    );
    expect(await rig([]).results(isolate)).toEqual([
      ...["ISOLATE_HOST refused", "BLOCK_DOMAIN refused", "BLOCK_IP refused", "ALERT_ONLY refused"],
    ]);
  });

  it("proposes an action on a target once, in a batch and within the window", async () => {
    const { results, asked, state } = rig(["BLOCK_IP"]);
    const recon = (id: number) => event("RECON", "MEDIUM", 0.9, FIELDS, id);
    expect(await results(recon(1), recon(2))).toEqual(["BLOCK_IP proposed", "BLOCK_IP duplicate"]);
    expect(await results(recon(3))).toEqual(["BLOCK_IP duplicate"]);
    expect(asked).toEqual(["BLOCK_IP", "notify"]);
    state.now += 1000;
    expect(await results(recon(4))).toEqual(["BLOCK_IP proposed"]);
  });

  it("asks again as soon as another policy is in force", async () => {
    const { results, state } = rig(["ISOLATE_HOST"]);
    const exploit = (id: number) => event("EXPLOIT", "CRITICAL", 0.9, { src_ip: "10.0.0.1" }, id);
    expect(await results(exploit(1))).toEqual(["ISOLATE_HOST proposed"]);
    expect(await results(exploit(2))).toEqual(["ISOLATE_HOST duplicate"]);
    Object.assign(state, { allowed: ["ALERT_ONLY"], version: 8 });
    expect(await results(exploit(3))).toEqual(["ISOLATE_HOST refused", "ALERT_ONLY proposed"]);
    Object.assign(state, { allowed: ["ISOLATE_HOST"], version: 9 });
    expect(await results(exploit(4))).toEqual(["ISOLATE_HOST proposed"]);
  });

  it("comes to the same proposal when an event is delivered again", async () => {
    const { judge } = rig(["BLOCK_IP"]);
    const ids = async () => (await judge(event("RECON", "MEDIUM"))).map(({ proposal }) => proposal?.proposal_id);
    expect(await ids()).toEqual(await ids());
  });

  it("proposes nothing without a policy, and stops where decisions are not recorded", async () => {
    const without = rig(ACTIONS, { version: null, reasons: ["no_policy"] });
    expect(await without.results(event("RECON", "HIGH"))).toEqual(["BLOCK_IP refused", "ALERT_ONLY refused"]);
    await expect(rig(ACTIONS, { reasons: ["not_recorded"] }).judge(event("RECON", "HIGH"))).rejects.toThrow(
      NotRecorded,
    );
  });
});

it("an alert is about what the event is best known by", () => {
  expect(alertOf(event("RECON", "HIGH", 0.9, { domain: "a.example" })).target).toBe("domain:a.example");
  expect(alertOf(event("RECON", "HIGH", 0.9, {})).target).toBe("class:RECON");
});
