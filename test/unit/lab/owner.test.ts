import { expect, test } from "vitest";
import { ownedElsewhere } from "../../../infra/lab/owner.ts";

const claim = { root: "/project", stale: false, idle: false, exists: () => true };

test("a lab of one's own, or none, may be removed", () => {
  expect(ownedElsewhere("/project", claim)).toBeUndefined();
  expect(ownedElsewhere(undefined, claim)).toBeUndefined();
});

test("a lab that another folder is using stays, with --stale too", () => {
  for (const stale of [false, true]) {
    const refused = ownedElsewhere("/other", { ...claim, stale });
    expect(refused?.what).toContain("belongs to /other");
    expect(refused?.remedy).not.toContain("--stale");
  }
});

test("a lab that was left behind goes with --stale only", () => {
  for (const left of [
    { ...claim, idle: true },
    { ...claim, exists: () => false },
  ]) {
    expect(ownedElsewhere("/other", left)?.remedy).toContain("--stale");
    expect(ownedElsewhere("/other", { ...left, stale: true })).toBeUndefined();
  }
});
