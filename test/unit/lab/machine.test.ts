import { expect, test } from "vitest";
import { foreignMachine } from "../../../infra/lab/inspect.ts";
import { machineArguments } from "../../../infra/lab/machine.ts";
import { labSpec } from "../../../infra/lab/spec.ts";

const NODES = [
  { id: "node-a", address: "172.20.0.10", hostname: "node-a.dsmil.local" },
  { id: "node-b", address: "172.20.0.20", hostname: "node-b.dsmil.local" },
];

function spec() {
  return labSpec("/project", "dsmil-lab-node:v5.0-abc", NODES);
}

test("the default lab has the nodes' own /24, and names that start with dsmil-", () => {
  const { network, subnet, gateway, machines } = spec();
  expect({ network, subnet, gateway }).toEqual({
    network: "dsmil-lab",
    subnet: "172.20.0.0/24",
    gateway: "172.20.0.1",
  });
  expect(machines.map(({ name }) => name)).toEqual(["dsmil-node-a", "dsmil-node-b"]);
});

test.each([
  ["172.20.1.10", /node-b: address 172\.20\.1\.10 is not in the lab's subnet 172\.20\.0\.0\/24/],
  ["172.20.0.1", /node-b: address 172\.20\.0\.1 is taken/],
  ["172.20.0.10", /node-b: address 172\.20\.0\.10 is taken/],
  ["172.20.0.255", /not in the lab's subnet/],
])("refuses node-b at %s", (address, message) => {
  const nodes = NODES.map((node) => (node.id === "node-b" ? { ...node, address } : node));
  expect(() => labSpec("/project", "i", nodes)).toThrow(message);
});

test("a machine runs without --privileged, on its disks, its SSH port on loopback only", () => {
  const [machine] = spec().machines;
  if (machine === undefined) throw new Error("no machine");
  const args = machineArguments(spec(), machine, 40022, 1);
  expect(args).not.toContain("--privileged");
  expect(args).not.toContain("--cgroupns");
  const line = args.join(" ");
  expect(line).toContain("--network dsmil-lab --ip 172.20.0.10 --publish 127.0.0.1:40022:22");
  expect(line).toContain("--volume dsmil-node-a-engine:/var/lib/docker");
  expect(line).toContain("--volume dsmil-node-a-config:/etc/dsmil");
  expect(line).toContain("--volume dsmil-node-a-hostkeys:/etc/ssh/hostkeys");
  expect(line).toContain("--restart unless-stopped");
  expect(args.at(-1)).toBe("dsmil-lab-node:v5.0-abc");
});

test("on cgroup v2 a machine gets a namespace of its own", () => {
  const [machine] = spec().machines;
  if (machine === undefined) throw new Error("no machine");
  expect(machineArguments(spec(), machine, 1, 2).join(" ")).toContain("--cgroupns private");
});

test("somebody else's container is not taken over", () => {
  const state = { status: "running", networks: [] } as const;
  expect(foreignMachine("dsmil-node-a", state, "dsmil-lab", "/project")).toContain("docker rm -f dsmil-node-a");
  const other = { ...state, lab: "dsmil-lab", root: "/other" };
  expect(foreignMachine("dsmil-node-a", other, "dsmil-lab", "/project")).toContain("belongs to /other");
  expect(foreignMachine("dsmil-node-a", { ...other, root: "/project" }, "dsmil-lab", "/project")).toBeUndefined();
  expect(foreignMachine("x", { status: "missing", networks: [] }, "dsmil-lab", "/project")).toBeUndefined();
});
