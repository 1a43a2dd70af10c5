import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHARLIE, dsmil, dsmilOk, editManifest, manifestPath, pulumiOnAll, resetManifest } from "./harness/dsmil.ts";
import { type FleetStatus, fingerprints, fleetStatus, untilHealthy } from "./harness/fleet.ts";

interface Plan {
  readonly groups: readonly {
    readonly tenant: string;
    readonly changes: readonly { action: string; name: string }[];
  }[];
  readonly totals: Readonly<Record<string, number>>;
  readonly untouchedContainers: number;
  readonly dataAtRisk: readonly string[];
}

const LINES = Array.from(
  { length: 200 },
  (_, i) =>
    `Nov 21 10:00:${String(i % 60).padStart(2, "0")} gw sshd[${4000 + i}]: Failed password for root from 203.0.113.${i % 250} port 4${i} ssh2`,
);

const CHANGE = join(dirname(manifestPath), "change.yaml");

describe("adding and removing a tenant", () => {
  let before: FleetStatus;

  beforeAll(async () => {
    before = await untilHealthy();
    editManifest((text) => text.trimEnd() + CHARLIE);
  });

  afterAll(resetManifest);

  it("plans charlie's things and nothing else", async () => {
    rmSync(CHANGE, { force: true });
    const run = await dsmil("plan", "--json", "--change-out", CHANGE, "--requester", "Dan");
    expect(run.code, run.stderr).toBe(2);
    const plan = JSON.parse(run.stdout) as Plan;
    expect(plan.groups.map((g) => g.tenant)).toEqual(["charlie"]);
    expect(plan.totals).toMatchObject({ update: 0, replace: 0, delete: 0 });
    expect(plan.totals.create).toBeGreaterThan(10);
    expect(plan.untouchedContainers).toBe(before.services.length);
    expect(plan.dataAtRisk).toEqual([]);
  });

  it("creates them, as approved by the board, without touching any other container", async () => {
    const date = new Date().toISOString();
    const approvals = ["ai-ml-lead", "systems-architect", "security-lead"].map(
      (role, i) => `\n  - { name: "Reviewer ${i}", role: ${role}, date: "${date}" }`,
    );
    writeFileSync(CHANGE, readFileSync(CHANGE, "utf8").replace("approvals: []", `approvals:${approvals.join("")}`));
    await dsmilOk("up", "--change", CHANGE);
    const after = await untilHealthy();
    expect(fingerprints(after, (s) => s.tenant !== "charlie")).toEqual(fingerprints(before));
    const services = before.tenants.find((t) => t.id === "alpha")?.services;
    expect(after.tenants.find((t) => t.id === "charlie")).toMatchObject({ services, healthy: services });
  });

  it("carries charlie's events", async () => {
    const run = await import("./harness/dsmil.ts").then(({ run, root }) =>
      run(`${root}/bin/dsmil`, ["events", "send", "--tenant", "charlie", "--wait", "60", "--json", "-"], {
        stdin: LINES.join("\n"),
      }),
    );
    expect(run.code, run.stderr + run.stdout).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ sent: 200, archived: 200 });
  });

  it("refuses to drop charlie's data unasked, before anything changes", async () => {
    resetManifest();
    const run = await dsmil("up");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("--drop charlie");
    expect((await fleetStatus()).healthy).toBe(true);
    expect((await dsmil("traces", "charlie")).code).toBe(1);
  });

  it("removes charlie without a trace and without touching the others", async () => {
    await dsmilOk("up", "--drop", "charlie");
    const traces = await dsmil("traces", "charlie", "--json");
    expect(traces.code, traces.stdout).toBe(0);
    expect(fingerprints(await untilHealthy())).toEqual(fingerprints(before));
  });

  it("plans nothing afterwards", async () => {
    for (const [stack, run] of await pulumiOnAll("preview", "--expect-no-changes")) {
      expect(run.code, stack + run.stdout).toBe(0);
    }
  });
});
