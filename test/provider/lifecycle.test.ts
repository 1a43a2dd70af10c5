import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { image, startNodes, type TestNodes } from "./nodes.ts";
import { type TestStack, testStack } from "./pulumi.ts";

/** Each test goes on where the one before it stopped: the life of one stack. */

let nodes: TestNodes;
let stack: TestStack;
const [repository = "", tag = ""] = image("dsmil-node-base").split(":");
const password = 'correct-horse-"battery"-staple';
const settings = {
  repository,
  tag,
  password,
  motd: "one",
  path: "/etc/dsmil/app",
  mode: "0400",
  extra: false,
  wrong: false,
};

const program = `
const root = new dsmil.FleetRootKey("root", { name: "test" });
const alpha = new dsmil.TenantSigningKey("alpha", { tenant: "alpha", rootSeed: root.seed });
const image = new dsmil.ImageOnNode("base", { node: "node-a", name: settings.repository, tag: settings.tag });
const identity = new dsmil.PqcNodeIdentity("identity", {
  node: "node-a", rootSeed: root.seed, rootPublicKey: root.publicKey,
  image: pulumi.interpolate\`\${image.name}:\${image.tag}\`, peers: [],
}, { dependsOn: image });
const files = new dsmil.NodeFiles("app", {
  node: "node-a", path: settings.path, files: {
    password: { content: pulumi.secret(settings.password), mode: settings.mode },
    motd: { content: settings.motd },
    "alpha.json": { content: alpha.certificate },
    "alpha.seed": { content: alpha.seed, mode: "0400" },
    ...(settings.extra && { extra: { content: pulumi.interpolate\`\${identity.publicKey}\` } }),
  },
});
if (settings.wrong) {
  new dsmil.NodeFiles("wrong", { node: "node-a", path: "/etc/passwd", files: {
    x: { content: pulumi.secret(settings.password), mode: settings.password } } });
}
export const digest = files.digest;
export const rootSeed = root.seed;
export const alphaSeed = alpha.seed;
export const certificate = alpha.certificate;
`;

beforeAll(async () => {
  nodes = await startNodes("lifecycle", 45, ["node-a"]);
  stack = await testStack(nodes.root, program);
  stack.set(settings);
}, 900_000);
afterAll(() => nodes?.destroy());

const silent = async (): Promise<void> => {
  await stack.ok("preview", "--expect-no-changes");
  await stack.ok("refresh", "--preview-only", "--expect-no-changes");
};

describe("the provider under the real CLI", () => {
  it("previews a stack of which nothing is known yet", async () => {
    const output = await stack.ok("preview", "--diff");
    expect(output).toContain("+ 6 to create");
    expect(output).not.toContain(password);
    expect(await nodes.sh("node-a", "ls /etc/dsmil")).toBe("");
  });

  it("creates everything, and has nothing to do afterwards", async () => {
    expect(await stack.ok("up", "--yes", "--skip-preview")).toContain("+ 6 created");
    expect(await nodes.sh("node-a", "cat /etc/dsmil/app/password")).toBe(password);
    await silent();
  });

  it("keeps no secret in plain in state, nor prints one", async () => {
    const outputs = JSON.parse(await stack.ok("stack", "output", "--json", "--show-secrets")) as Record<string, string>;
    const seed = await nodes.sh("node-a", "od -An -vtx1 /etc/dsmil/node_keys/node-a-mldsa87.key | tr -d ' \\n'");
    const state = stack.state();
    expect(seed).toHaveLength(64);
    for (const secret of [password, JSON.stringify(password).slice(1, -1), outputs.rootSeed, outputs.alphaSeed, seed]) {
      expect(secret?.length).toBeGreaterThan(20);
      expect(state.includes(secret ?? "")).toBe(false);
    }
    expect(JSON.parse(await stack.ok("stack", "output", "--json"))).toMatchObject({ rootSeed: "[secret]" });
    // What is no secret stays readable for reviews.
    expect(state).toContain('"motd"');
    expect(state).toContain(outputs.digest);
  });

  it("shows a change by its paths, with values but without secrets", async () => {
    stack.set({ ...settings, motd: "two", password: `${password}-2` });
    const output = await stack.ok("preview", "--diff");
    expect(output).toMatch(/motd\s*: \{\s*~ content: "one" => "two"/);
    expect(output).toMatch(/password\s*: \{\s*~ content: \[secret\]/);
    expect(output).not.toContain("correct-horse");
    expect(output).toContain("~ 1 to update");
    await stack.ok("up", "--yes", "--skip-preview");
    expect(await nodes.sh("node-a", "cat /etc/dsmil/app/motd /etc/dsmil/app/password")).toBe(`two${password}-2`);
    await silent();
  });

  it("sees drift and repairs it", async () => {
    await nodes.sh("node-a", "cd /etc/dsmil/app && echo hacked > motd && chmod 666 password && touch alien");
    const refresh = await stack.pulumi("refresh", "--preview-only", "--diff", "--expect-no-changes");
    expect(refresh.code).not.toBe(0);
    expect(refresh.output).toContain("alien");
    expect(refresh.output).toContain("changed on the node: sha256");
    expect(refresh.output).not.toContain("correct-horse");
    await stack.ok("up", "--yes", "--skip-preview", "--refresh");
    expect(await nodes.sh("node-a", "cd /etc/dsmil/app && cat motd && stat -c %a password && ls | wc -l")).toBe(
      "two400\n4\n",
    );
    await silent();
  });

  it("recreates what vanished", async () => {
    await nodes.sh("node-a", "rm -r /etc/dsmil/app /etc/dsmil/node_keys");
    await stack.ok("up", "--yes", "--skip-preview", "--refresh");
    expect(await nodes.sh("node-a", "ls /etc/dsmil")).toBe("app\nnode_keys\npeer_keys\n");
    await silent();
  });

  it("replaces by deleting first where the place changes", async () => {
    stack.set({ ...settings, path: "/etc/dsmil/moved", extra: true });
    const preview = await stack.ok("preview", "--diff");
    expect(preview).toMatch(/\+-|\+\/-/);
    await stack.ok("up", "--yes", "--skip-preview");
    expect(await nodes.sh("node-a", "ls /etc/dsmil")).toBe("moved\nnode_keys\npeer_keys\n");
    await silent();
  });

  it("imports by id what the state lost", async () => {
    stack.set({ ...settings, extra: false });
    await stack.ok("up", "--yes", "--skip-preview");
    const urn = "urn:pulumi:test::test::dsmil:index:NodeFiles::app";
    await stack.ok("state", "delete", urn, "--yes");
    const id = "node-a/etc/dsmil/app";
    await stack.ok("import", "dsmil:index:NodeFiles", "app", id, "--yes", "--generate-code=false", "--protect=false");
    expect(stack.state()).toContain(id);
    expect(stack.state()).not.toContain("correct-horse");
    await silent();
  });

  it("names the property of a bad input and does not repeat secrets", async () => {
    stack.set({ ...settings, wrong: true });
    const { code, output } = await stack.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toContain("path: must lie below /etc/dsmil or /opt/dsmil".replace("path: ", ""));
    expect(output).toContain('files["x"].mode');
    expect(output).not.toContain("correct-horse");
    expect(output).not.toMatch(/\n\s+at /);
    stack.set(settings);
  });

  it("names a node that cannot be reached", async () => {
    stack.set({ ...settings, motd: "three" });
    const { writeFileSync, readFileSync } = await import("node:fs");
    const file = `${nodes.root}/.dsmil/access.json`;
    const access = readFileSync(file, "utf8");
    writeFileSync(file, access.replace(/"ssh": "root@[^"]*"/, '"ssh": "root@127.0.0.1:1"'));
    const started = Date.now();
    const { code, output } = await stack.pulumi("up", "--yes", "--skip-preview");
    writeFileSync(file, access);
    expect(code).not.toBe(0);
    expect(output).toContain("node-a");
    expect(Date.now() - started).toBeLessThan(20_000);
    await stack.ok("up", "--yes", "--skip-preview");
    expect(await nodes.sh("node-a", "cat /etc/dsmil/app/motd")).toBe("three");
  });

  it("leaves nothing behind", async () => {
    await stack.ok("destroy", "--yes", "--skip-preview");
    expect(await nodes.sh("node-a", "ls -A /etc/dsmil; docker images -q; docker ps -aq")).toBe("");
  });
});
