import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadModel } from "../../infra/model/load.ts";
import { dsmilOk, pulumiOnAll, root } from "./harness/dsmil.ts";

interface Status {
  healthy: boolean;
  nodes: { id: string; reachable: boolean }[];
  tenants: { id: string; services: number; healthy: number }[];
  services: { name: string; health: string; containerId: string }[];
}

describe("a platform that is up", () => {
  it("reports three nodes, two tenants and every service healthy", async () => {
    const status = JSON.parse((await dsmilOk("status", "--json")).stdout) as Status;
    expect(
      status.nodes
        .filter((n) => n.reachable)
        .map((n) => n.id)
        .sort(),
    ).toEqual(["node-a", "node-b", "node-c"]);
    expect(status.tenants.map((t) => t.id)).toEqual(["alpha", "bravo"]);
    expect(status.services).toHaveLength(loadModel(join(root, "manifest.yaml")).containers.length);
    expect(status.services.filter((s) => s.health !== "healthy")).toEqual([]);
  });

  it.each([
    ["previews nothing", ["preview"]],
    ["finds no drift", ["refresh", "--preview-only"]],
  ])("%s on any node", async (_, command) => {
    for (const [stack, run] of await pulumiOnAll(...command, "--expect-no-changes")) {
      expect(run.code, stack + run.stdout + run.stderr).toBe(0);
    }
  });

  it("does nothing when run again", async () => {
    const containers = async () =>
      (JSON.parse((await dsmilOk("status", "--json")).stdout) as Status).services.map((s) => s.containerId);
    const before = await containers();
    const { stderr } = await dsmilOk("up");
    expect(stderr).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
    expect(await containers()).toEqual(before);
  });
});
