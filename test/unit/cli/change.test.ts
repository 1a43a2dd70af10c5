import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChangeRun, writeChangeRequest } from "../../../infra/cli/change.ts";
import { UserError } from "../../../infra/cli/errors.ts";
import { parseChangeRequest } from "../../../infra/plan/change-request.ts";
import type { Review } from "../../../infra/plan/review.ts";

const review: Review = {
  ...{
    stacks: ["node-a"],
    groups: [],
    totals: { create: 0, update: 1, replace: 0, delete: 0 },
    untouchedContainers: 3,
  },
  ...{ dataAtRisk: [], digest: "ab".repeat(32), restarts: [], memory: [], policyFindings: [], inverse: [] },
  change: { class: "normal", reasons: ["configuration or limits change"] },
};

describe("a change request on its way to up", () => {
  let root: string;
  let file: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dsmil-change-"));
    file = join(root, "change.yaml");
    writeChangeRequest(file, review, { requester: "Dan" });
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const approve = (): void => {
    const approval = `approvals:\n  - { name: Eve, role: team-lead, date: "${new Date().toISOString()}" }`;
    writeFileSync(file, readFileSync(file, "utf8").replace("approvals: []", approval));
  };

  it("is written for the very plan, and never over another file", () => {
    expect(parseChangeRequest(readFileSync(file, "utf8"))).toMatchObject({ plan: review.digest, class: "normal" });
    expect(() => writeChangeRequest(file, review, {})).toThrow(UserError);
  });

  it("is refused before it is approved, and leaves no record then", () => {
    const run = new ChangeRun(file, root);
    expect(() => run.admit(review)).toThrow(/nothing was changed[\s\S]*team-lead/);
    run.end("failed");
    expect(() => new ChangeRun(file, root)).not.toThrow();
  });

  it("is recorded with its approvals, and not applied twice; a failed one may be tried again", () => {
    approve();
    for (const outcome of ["failed", "applied"] as const) {
      const run = new ChangeRun(file, root);
      run.admit(review);
      run.end(outcome);
      run.end("failed");
    }
    const { id } = parseChangeRequest(readFileSync(file, "utf8"));
    const record = JSON.parse(readFileSync(join(root, ".dsmil/changes", `${id}.json`), "utf8")) as object;
    expect(record).toMatchObject({ outcome: "applied", request: { approvals: [{ name: "Eve" }] }, reviewDue: false });
    expect(() => new ChangeRun(file, root)).toThrow(/applied before/);
  });

  it("is an emergency where that is declared, with its reason, and its review is due", () => {
    const other = join(root, "other.yaml");
    writeChangeRequest(other, review, { emergency: "device 47 is down" });
    const run = new ChangeRun(other, root);
    run.admit(review);
    run.end("applied");
    expect(parseChangeRequest(readFileSync(other, "utf8")).reasons[0]).toBe("device 47 is down");
  });

  it("has a review due where the plan is an emergency, whatever the request says", () => {
    approve();
    const run = new ChangeRun(file, root);
    run.admit({ ...review, change: { class: "emergency", reasons: [] } });
    run.end("applied");
    const { id } = parseChangeRequest(readFileSync(file, "utf8"));
    expect(readFileSync(join(root, ".dsmil/changes", `${id}.json`), "utf8")).toContain('"reviewDue": true');
  });

  it("says what is wrong with a file that is none", () => {
    expect(() => new ChangeRun(join(root, "none.yaml"), root)).toThrow(/no such file/i);
  });
});
