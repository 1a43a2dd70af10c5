import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker } from "../../infra/lab/docker.ts";
import { transfer } from "../../infra/provider/resources/image-on-node/engine.ts";
import type { NodeNetworkInputs } from "../../infra/provider/resources/node-network/args.ts";
import { nodeNetwork } from "../../infra/provider/resources/node-network/handler.ts";
import { recordedContext } from "./context.ts";
import { contractSuite } from "./contract.ts";
import { image, startNodes, type TestNodes } from "./nodes.ts";

let nodes: TestNodes;
const base = image("dsmil-node-base");
const inputs: NodeNetworkInputs = {
  node: "node-a",
  name: "t_net",
  subnet: "10.222.1.0/24",
  gateway: "10.222.1.1",
  options: { "com.docker.network.bridge.enable_icc": "false" },
  labels: { "dsmil.node": "node-a" },
};
const context = () => recordedContext((node) => nodes.connect(node));
const sh = (script: string): Promise<string> => nodes.sh("node-a", script);

beforeAll(async () => {
  nodes = await startNodes("node-network", 47, ["node-a"]);
  await transfer(await nodes.connect("node-a"), "node-a", [base], new AbortController().signal);
}, 900_000);
afterAll(() => nodes?.destroy());

contractSuite({
  name: "NodeNetwork",
  handler: nodeNetwork,
  connect: (node) => nodes.connect(node),
  inputs: () => inputs,
  changed: () => ({ ...inputs, labels: { "dsmil.node": "other" } }),
  changedPaths: ['labels["dsmil.node"]'],
  drifts: [
    { name: "a removed network", break: async () => void (await sh("docker network rm t_net")) },
    {
      name: "a network made by hand with another subnet",
      break: async () =>
        void (await sh("docker network rm t_net && docker network create --subnet 10.222.9.0/24 t_net")),
      paths: ["subnet", "gateway", 'options["com.docker.network.bridge.enable_icc"]', 'labels["dsmil.node"]'],
    },
  ],
  fingerprint: () => sh("docker network inspect t_net -f '{{.Id}}'"),
  gone: async () => (await sh("docker network ls -q -f name=t_net")) === "",
  importWithout: [],
});

describe("NodeNetwork", () => {
  it("does not take another network from the containers that use it", async () => {
    await sh("docker network create --subnet 10.222.9.0/24 t_net");
    await sh(`docker run -d --name t-user --network t_net ${base} node -e "setInterval(() => {}, 1000)"`);
    try {
      const taken = nodeNetwork.reconcile(inputs, undefined, context());
      await expect(taken).rejects.toThrow(/t_net on node-a is another one \(10\.222\.9\.0\/24\) and in use by t-user/);
    } finally {
      await sh("docker rm -f t-user; docker network rm t_net");
    }
  });

  it("fails where the engine is away, instead of calling the network gone", async () => {
    const state = await nodeNetwork.reconcile(inputs, undefined, context());
    await docker(["pause", "t-node-network-node-a"]);
    const link = await nodes.connect("node-a");
    const impatient = async () => ({
      ...link,
      exec: (argv: readonly string[]) => link.exec(argv, { timeoutMs: 2000 }),
    });
    const read = nodeNetwork.read(nodeNetwork.id(state), state, recordedContext(impatient as never));
    await expect(read).rejects.toThrow();
    await docker(["unpause", "t-node-network-node-a"]);
    await nodeNetwork.remove(nodeNetwork.id(state), state, context());
  });

  it("names the property of every mistake", () => {
    const failures = nodeNetwork.check({
      node: "A",
      name: "-",
      subnet: "10.0.0.0/33",
      gateway: "10.0.0.256",
      options: { a: 1 },
    });
    expect(failures.map(({ property }) => property)).toEqual(["node", "name", "subnet", "gateway", 'options["a"]']);
  });
});
