import { describe, expect, it } from "vitest";
import { loadModel } from "../../../infra/model/load.ts";

const project = loadModel("manifest.yaml");
const named = (name: string) => project.containers.find((c) => c.name === name);

describe("what runs models", () => {
  it("sees them read-only, and nothing else does", () => {
    const loads = project.containers.filter((c) => c.tenant === "alpha").map((c) => [c.service, c.node, c.models]);
    expect(loads).toEqual(
      expect.arrayContaining([
        ["l3-router", "node-a", ["l3-sensor-fusion"]],
        ["l4-classifier", "node-a", ["l4-threat-classifier"]],
        ["l5-forecaster", "node-b", ["l5-forecaster"]],
        ["l6-risk", "node-b", ["l6-risk"]],
      ]),
    );
    const folder = "/opt/dsmil/models";
    const mount = { type: "bind", source: folder, target: folder, readOnly: true };
    for (const { mounts, models } of project.containers.filter((c) => /^l[3-6]-/.test(c.service))) {
      expect(mounts.filter(({ source }) => source.startsWith("/opt"))).toEqual(models ? [mount] : []);
    }
    expect(named("dsmil-l6-risk-alpha")?.env).toMatchObject({
      MODELS_DIR: folder,
      FLEET_ROOT_FILE: "/etc/dsmil/ca/fleet-root.pub",
    });
  });

  it("has no hot path on an inference node", () => {
    const holders = project.volumes.filter(({ tenant }) => tenant === "alpha").map(({ name, node }) => [name, node]);
    expect(holders).toEqual([["dsmil-hotpath-alpha", "node-a"]]);
    expect(named("dsmil-l5-forecaster-alpha")?.env).not.toHaveProperty("HOTPATH_DIR");
    expect(named("dsmil-l5-forecaster-alpha")?.mounts.some(({ type }) => type === "volume")).toBe(false);
  });
});
