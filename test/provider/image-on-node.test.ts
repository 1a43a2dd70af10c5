import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker } from "../../infra/lab/docker.ts";
import type { ImageOnNodeInputs } from "../../infra/provider/resources/image-on-node/args.ts";
import { imageOnNode } from "../../infra/provider/resources/image-on-node/handler.ts";
import { recordedContext } from "./context.ts";
import { image, startNodes, type TestNodes } from "./nodes.ts";

let nodes: TestNodes;
const names = ["t-provider-one", "t-provider-two"];
const context = () => recordedContext((node) => nodes.connect(node));
const inputs = (name: string): ImageOnNodeInputs => ({ node: "node-a", name, tag: "1" });
const tags = async () => (await nodes.sh("node-a", "docker images --format '{{.Repository}}:{{.Tag}}' | sort")).trim();

beforeAll(async () => {
  for (const name of names) await docker(["tag", image("dsmil-node-base"), `${name}:1`]);
  nodes = await startNodes("image-on-node", 42, ["node-a"]);
}, 900_000);
afterAll(async () => {
  await docker(["rmi", ...names.map((name) => `${name}:1`)]);
  await nodes?.destroy();
});

describe("ImageOnNode", () => {
  it("brings images that were asked for together in one transfer, and none that is there", async () => {
    const link = await nodes.connect("node-a");
    const loads: string[] = [];
    const exec: typeof link.exec = (argv, options) => {
      if (argv[1] === "load") loads.push(argv.join(" "));
      return link.exec(argv, options);
    };
    const connect = async () => ({ ...link, exec }) as typeof link;
    const bring = () =>
      Promise.all(names.map((name) => imageOnNode.reconcile(inputs(name), undefined, recordedContext(connect))));
    const states = await bring();
    expect(loads).toHaveLength(1);
    expect(states[0]?.imageId).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await tags()).toBe("t-provider-one:1\nt-provider-two:1");
    expect(await bring()).toEqual(states);
    expect(loads).toHaveLength(1);
    for (const state of states) {
      expect(await imageOnNode.read(imageOnNode.id(state), state, context())).toEqual(state);
      expect(await imageOnNode.read(imageOnNode.id(state), undefined, context())).toEqual(state);
    }
  });

  it("sees a missing and a foreign image, and repairs both", async () => {
    const state = await imageOnNode.reconcile(inputs("t-provider-one"), undefined, context());
    const id = imageOnNode.id(state);
    await nodes.sh("node-a", "docker rmi t-provider-one:1");
    expect(await imageOnNode.read(id, state, context())).toBeUndefined();
    await nodes.sh("node-a", "tar -C /etc -c hostname | docker import - t-provider-one:1");
    expect(await imageOnNode.read(id, state, context())).toBeUndefined();
    expect(await imageOnNode.reconcile(inputs("t-provider-one"), undefined, context())).toEqual(state);
  });

  it("says how to come by an image that is nowhere", async () => {
    const missing = imageOnNode.reconcile({ ...inputs("t-provider-none"), tag: "9" }, undefined, context());
    await expect(missing).rejects.toThrow(
      "t-provider-none:9: neither on node-a nor in the engine of this machine. Run",
    );
  });

  it("leaves an image that is in use with a warning, removes it otherwise, twice without an error", async () => {
    const state = await imageOnNode.reconcile(inputs("t-provider-one"), undefined, context());
    await nodes.sh("node-a", "docker rmi t-provider-two:1; docker create --name t-user t-provider-one:1");
    const ctx = context();
    await imageOnNode.remove(imageOnNode.id(state), state, ctx);
    expect(ctx.warnings.join()).toContain("t-provider-one:1 stays on node-a");
    await nodes.sh("node-a", "docker rm t-user");
    await imageOnNode.remove(imageOnNode.id(state), state, context());
    await imageOnNode.remove(imageOnNode.id(state), state, context());
    expect(await tags()).not.toContain("t-provider-one");
  });

  it("names the property of every mistake", () => {
    const failures = imageOnNode.check({ node: "A", name: "x:1", tag: "-" });
    expect(failures.map(({ property }) => property)).toEqual(["node", "name", "tag"]);
  });
});
