import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dsmil, dsmilOk, editManifest, resetManifest, run } from "./harness/dsmil.ts";
import { fingerprints, onNodeOk, untilHealthy } from "./harness/fleet.ts";
import { requestLoad } from "./harness/request-load.ts";

/** An image with another tag and the same content: what a new release looks like to the plan. */
const NEW_TAG = "v5.0-rollout00001";

describe("a new image of the L7 router", () => {
  let back = false;

  beforeAll(async () => {
    const current = (
      await onNodeOk("node-b", "docker", "inspect", "-f", "{{.Config.Image}}", "dsmil-l7-router-1")
    ).trim();
    const tagged = await run("docker", ["tag", current, `dsmil-l7-router:${NEW_TAG}`]);
    expect(tagged.code, tagged.stderr).toBe(0);
  });

  afterAll(async () => {
    if (!back) {
      resetManifest();
      await dsmilOk("up");
    }
    await run("docker", ["rmi", `dsmil-l7-router:${NEW_TAG}`]);
  });

  it("rolls out replica by replica without a failed request at 50 a second", async () => {
    const before = await untilHealthy();
    editManifest((text) => text.replace("image: dsmil-l7-router,", `image: dsmil-l7-router, tag: ${NEW_TAG},`));
    const key = (await dsmilOk("tenant", "key", "alpha")).stdout.trim();
    const load = await requestLoad({ requestsPerSecond: 50, key });
    await dsmilOk("up");
    const { sent, failed } = await load.stop();
    expect(sent).toBeGreaterThan(200);
    expect(failed).toEqual([]);
    const after = await untilHealthy();
    const routers = after.services.filter((s) => s.name.startsWith("dsmil-l7-router"));
    for (const { name, node } of routers) {
      const image = await onNodeOk(node, "docker", "inspect", "-f", "{{.Config.Image}}", name);
      expect(image.trim()).toBe(`dsmil-l7-router:${NEW_TAG}`);
    }
    const others = (s: { name: string }) => !s.name.startsWith("dsmil-l7-router");
    expect(fingerprints(after, others)).toEqual(fingerprints(before, others));
  });

  it("is taken back by rollback, without a failed request either", async () => {
    const said = await dsmil("rollback");
    expect(said.code, said.stderr).toBe(2);
    const key = (await dsmilOk("tenant", "key", "alpha")).stdout.trim();
    const load = await requestLoad({ requestsPerSecond: 50, key });
    const { stdout } = await dsmilOk("rollback", "--yes");
    const { failed } = await load.stop();
    back = true;
    expect(stdout).toMatch(/back at the state of .* in \d+\.\d s/);
    expect(failed).toEqual([]);
    await untilHealthy();
    const image = await onNodeOk("node-b", "docker", "inspect", "-f", "{{.Config.Image}}", "dsmil-l7-router-1");
    expect(image.trim()).not.toBe(`dsmil-l7-router:${NEW_TAG}`);
  });
});
