import { afterAll, describe, expect, it } from "vitest";
import { dsmilOk, pulumi } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

const NODES = ["node-b", "node-a", "node-c"];

describe("destroying the stacks", () => {
  afterAll(async () => {
    // Whoever keeps the lab expects a platform on it.
    if (process.env.DSMIL_KEEP_LAB === "1") {
      await dsmilOk("up");
      await untilHealthy();
    }
  });

  it.each(NODES)("destroys %s with plain pulumi", async (stack) => {
    const run = await pulumi("destroy", "--yes", "--stack", stack);
    expect(run.code, run.stdout + run.stderr).toBe(0);
  });

  it.each(NODES)("leaves no container, volume, network, image, file or key on %s", async (node) => {
    const look = async (...argv: string[]) => (await onNodeOk(node, ...argv)).trim();
    expect(await look("docker", "ps", "-aq")).toBe("");
    expect(await look("docker", "volume", "ls", "-q")).toBe("");
    expect(await look("docker", "network", "ls", "--filter", "type=custom", "-q")).toBe("");
    expect(await look("docker", "images", "-q", "--filter", "reference=dsmil-*")).toBe("");
    expect(
      await look(
        "sh",
        "-c",
        "find /etc/dsmil -mindepth 1; find /opt/dsmil /var/lib/dsmil -not -type d 2>/dev/null || true",
      ),
    ).toBe("");
  });
});
