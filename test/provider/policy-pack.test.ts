import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { projectRoot } from "./nodes.ts";
import { type TestStack, testStack } from "./pulumi.ts";

/** Two containers as the project declares them, previewed without any engine. */
const PROGRAM = `
import { Container } from ${JSON.stringify(join(projectRoot, "node_modules/@pulumi/docker/container.js"))};
import { Provider } from ${JSON.stringify(join(projectRoot, "node_modules/@pulumi/docker/provider.js"))};
import { containerArgs } from ${JSON.stringify(join(projectRoot, "infra/components/container-args.ts"))};
import { loadModel } from ${JSON.stringify(join(projectRoot, "infra/model/load.ts"))};
const model = loadModel(process.env.DSMIL_MANIFEST);
const provider = new Provider("engine", { host: "ssh://nowhere", disableDockerDaemonCheck: true });
for (const name of ["dsmil-l8-soar-alpha", "dsmil-redis"]) {
  const plan = model.containers.find((one) => one.name === name);
  const { address } = model.nodes.find(({ id }) => id === plan.node);
  const args = containerArgs({ plan, fleet: model.fleet, hosts: model.hosts, address, image: "none:none" });
  new Container(name, { ...args, ...settings[name] }, { provider });
}
`;

let root: string;
let stack: TestStack;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "dsmil-pack-"));
  process.env.DSMIL_MANIFEST = join(projectRoot, "manifest.yaml");
  stack = await testStack(root, PROGRAM);
});
afterAll(() => {
  delete process.env.DSMIL_MANIFEST;
  rmSync(root, { recursive: true, force: true });
});

const preview = () => stack.pulumi("preview", "--policy-pack", join(projectRoot, "policies/pack"));

it("lets pass what the project declares, under the real analyzer", async () => {
  stack.set({});
  const { code, output } = await preview();
  expect(output).toContain("4 to create");
  expect(code).toBe(0);
});

it("refuses a breach with the rule, the resource and the manifest's line", async () => {
  stack.set({ "dsmil-redis": { privileged: true } });
  const { code, output } = await preview();
  expect(code).not.toBe(0);
  expect(output).toMatch(/\[mandatory\] {2}privileges {2}\(docker:index:Container: dsmil-redis\)/);
  expect(output).toMatch(/it is privileged.*manifest\.yaml:\d+:\d+ {2}services\[0\]/);
  expect(output).not.toContain("l8-soar-alpha)");
});
