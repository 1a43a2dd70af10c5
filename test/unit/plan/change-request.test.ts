import { describe, expect, it } from "vitest";
import {
  type Approval,
  type ChangeRequest,
  formatChangeRequest,
  parseChangeRequest,
} from "../../../infra/plan/change-request.ts";
import { refusals } from "../../../infra/plan/judge-change.ts";

const PLAN = "ab".repeat(32);
const NOW = Date.parse("2026-02-01T12:00:00Z");
const approval = (name: string, role: Approval["role"], date = "2026-02-01T11:00:00Z"): Approval => ({
  name,
  role,
  date,
});
const BOARD = [
  approval("Ada", "ai-ml-lead"),
  approval("Bob", "systems-architect"),
  approval("Cleo", "security-lead"),
] as const;
const REQUEST: ChangeRequest = {
  id: "change-20260201-abab",
  title: "a new image of l8-soar",
  class: "standard",
  reasons: ["another image is deployed"],
  requester: "Dan",
  plan: PLAN,
  created: "2026-02-01T10:00:00Z",
  expires: "2026-02-08T10:00:00Z",
  approvals: BOARD,
};
const review = (kind: ChangeRequest["class"] = "standard", digest = PLAN) => ({
  digest,
  change: { class: kind, reasons: [] },
});
const refused = (change: Partial<ChangeRequest>, seen = review(), now = NOW) =>
  refusals({ ...REQUEST, ...change }, seen, now).join("; ");

describe("a change request's file", () => {
  it("is read as it was written, and says how to approve it", () => {
    const text = formatChangeRequest(REQUEST);
    expect(parseChangeRequest(text)).toEqual(REQUEST);
    expect(text).toContain("team-lead");
  });

  const text = formatChangeRequest({ ...REQUEST, approvals: [] });
  it.each([
    ["no YAML", "a: [", /not valid YAML/],
    ["nothing", "", /must be object/],
    ["another key", `${text}\nforce: true\n`, /additional properties \(force\)/],
    ["a class that is none", text.replace("class: standard", "class: minor"), /class: .*\(emergency, standard/],
    ["a digest that is none", text.replace(PLAN, "abc"), /plan: must match pattern/],
    ["an id that leads elsewhere", text.replace("id: change-", "id: ../change-"), /id: must match pattern/],
    ["a date that is none", text.replace("2026-02-08T10:00:00Z", "soon"), /expires: must match format/],
    ["an alias", `${text.replace("approvals: []", "approvals: &a [*a]")}`, /alias|Alias|not valid/],
    ["too much", "#".repeat(70_000), /more than/],
  ])("is refused with %s", (_, bad, why) => expect(() => parseChangeRequest(bad)).toThrow(why));
});

describe("whether a change may be applied", () => {
  it("may with the board's approval of this very plan", () => expect(refused({})).toBe(""));

  it.each([
    ["for another plan", {}, review("standard", "cd".repeat(32)), NOW, /not the one that was approved/],
    ["after it expired", {}, review(), Date.parse("2026-02-08T10:00:01Z"), /expired/],
    ["without one of the board", { approvals: BOARD.slice(1) }, review(), NOW, /ai-ml-lead/],
    [
      "with one person for the whole board",
      { approvals: BOARD.map((a) => ({ ...a, name: "Ada" })) },
      review(),
      NOW,
      /approves it twice/,
    ],
    ["approved by who asks", { requester: " ADA " }, review(), NOW, /Ada asked for it/],
    [
      "approved before it was made",
      { approvals: [approval("Eve", "team-lead", "2026-01-31T00:00:00Z")], class: "normal" },
      review("normal"),
      NOW,
      /before it was made/,
    ],
    [
      "approved in the future",
      { approvals: [approval("Eve", "team-lead", "2026-02-03T00:00:00Z")], class: "normal" },
      review("normal"),
      NOW,
      /in the future/,
    ],
    ["with a milder class than the plan's", { class: "normal" }, review(), NOW, /says class normal/],
    [
      "as pre-approved though it is not",
      { class: "pre-approved", approvals: [] },
      review("normal"),
      NOW,
      /says class pre-approved/,
    ],
    [
      "as pre-approved though it mends what nobody edited",
      { class: "pre-approved", approvals: [] },
      review("emergency"),
      NOW,
      /says class pre-approved, and the plan is of class emergency/,
    ],
    ["as an emergency without a reason", { class: "emergency", reasons: [" "] }, review(), NOW, /needs a reason/],
  ] as const)("may not %s", (_, change, seen, now, why) =>
    expect(refused(change as Partial<ChangeRequest>, seen, now)).toMatch(why),
  );

  it.each([
    ["normal, by one lead", { class: "normal", approvals: [approval("Eve", "team-lead")] }, review("normal")],
    ["pre-approved, by nobody", { class: "pre-approved", approvals: [] }, review("pre-approved")],
    [
      "an emergency, reviewed afterwards",
      { class: "emergency", reasons: ["device 47 is down"], approvals: [] },
      review(),
    ],
    ["stricter than it must be", {}, review("normal")],
    ["stricter than an emergency", { class: "normal", approvals: [approval("Eve", "team-lead")] }, review("emergency")],
    ["an emergency that is one", { class: "emergency", approvals: [] }, review("emergency")],
  ] as const)("may: %s", (_, change, seen) => expect(refused(change as Partial<ChangeRequest>, seen)).toBe(""));
});
