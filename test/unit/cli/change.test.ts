import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChangeRun, writeChangeRequest } from "../../../infra/cli/change.ts";
import { attemptsAt } from "../../../infra/cli/change-record.ts";
import { UserError } from "../../../infra/cli/errors.ts";
import { parseChangeRequest } from "../../../infra/plan/change-request.ts";
import type { Review } from "../../../infra/plan/review.ts";

const review: Review = {
  ...{
    stacks: ["node-a"],
    groups: [{ tenant: "alpha", changes: [] }],
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
  const attempts = () => attemptsAt(root, parseChangeRequest(readFileSync(file, "utf8")).id);

  it("is written for the very plan, and never over another file", () => {
    expect(parseChangeRequest(readFileSync(file, "utf8"))).toMatchObject({ plan: review.digest, class: "normal" });
    expect(() => writeChangeRequest(file, review, {})).toThrow(UserError);
  });

  it("is not written where nothing would change, and that is said", () => {
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    writeChangeRequest(join(root, "none.yaml"), { ...review, groups: [] }, {});
    expect(said).toHaveBeenCalledWith(expect.stringContaining("nothing would change: no change request is written"));
    said.mockRestore();
    expect(existsSync(join(root, "none.yaml"))).toBe(false);
  });

  it("is refused before it is approved, and leaves no record then", () => {
    expect(() => new ChangeRun(file, root)).toThrow(/nothing was changed[\s\S]*team-lead/);
    approve();
    const run = new ChangeRun(file, root);
    expect(() => run.admit({ ...review, digest: "cd".repeat(32) })).toThrow(/not the one that was approved/);
    run.end("failed");
    expect(existsSync(join(root, ".dsmil"))).toBe(false);
  });

  it("is refused at the very start where it expired", () => {
    approve();
    writeFileSync(file, readFileSync(file, "utf8").replace(/expires: .*/, "expires: 2026-01-01T00:00:00Z"));
    expect(() => new ChangeRun(file, root)).toThrow(/expired/);
  });

  it("is not applied together with --logs, which edits the manifest", async () => {
    const { up } = await import("../../../infra/cli/up.ts");
    const options = { lab: true, refresh: true, drop: [], logs: true, change: join(root, "none.yaml") };
    await expect(up(options)).rejects.toThrow(/--logs edits the manifest/);
  });

  it("is recorded with its approvals, and not applied twice; a failed one may be tried again", () => {
    approve();
    for (const outcome of ["failed", "applied"] as const) {
      const run = new ChangeRun(file, root);
      run.admit(review);
      run.end(outcome);
      run.end("failed");
    }
    expect(attempts()).toMatchObject([
      { outcome: "failed" },
      { outcome: "applied", request: { approvals: [{ name: "Eve" }] }, reviewDue: false },
    ]);
    expect(() => new ChangeRun(file, root)).toThrow(/applied before/);
  });

  it("is recorded as soon as it starts, so that a killed run leaves it", () => {
    approve();
    new ChangeRun(file, root).admit(review);
    expect(attempts()).toMatchObject([{ outcome: "started", by: expect.any(String) }]);
    expect(attempts()[0]?.ended).toBeUndefined();
  });

  it("does not start where it cannot be recorded, or its record cannot be read", () => {
    approve();
    const run = new ChangeRun(file, root);
    writeFileSync(join(root, ".dsmil"), "no folder");
    expect(() => run.admit(review)).toThrow(/cannot be recorded; nothing was changed/);
    rmSync(join(root, ".dsmil"));
    mkdirSync(join(root, ".dsmil/changes"), { recursive: true });
    const { id } = parseChangeRequest(readFileSync(file, "utf8"));
    writeFileSync(join(root, ".dsmil/changes", `${id}.json`), "{");
    expect(() => new ChangeRun(file, root)).toThrow(/record of change .* cannot be read/);
  });

  it("keeps a record of the former form as the first attempt", () => {
    approve();
    const { id } = parseChangeRequest(readFileSync(file, "utf8"));
    mkdirSync(join(root, ".dsmil/changes"), { recursive: true });
    writeFileSync(
      join(root, ".dsmil/changes", `${id}.json`),
      '{"outcome": "failed", "started": "2026-01-01T00:00:00Z"}',
    );
    new ChangeRun(file, root).admit(review);
    expect(attempts().map(({ outcome }) => outcome)).toEqual(["failed", "started"]);
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
    expect(attempts()).toMatchObject([{ reviewDue: true }]);
  });

  it("says what is wrong with a file that is none", () => {
    expect(() => new ChangeRun(join(root, "none.yaml"), root)).toThrow(/no such file/i);
  });
});
