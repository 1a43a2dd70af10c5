import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askNode, readCredentials } from "../../infra/ctl/ask-node.ts";
import { apply } from "./harness/announced.ts";
import { ADDRESS, DOMAIN, until } from "./harness/bus.ts";
import { dsmilOk, type Run, resetManifest, root, run } from "./harness/dsmil.ts";
import { untilHealthy } from "./harness/fleet.ts";
import { ensureVenv } from "./harness/python-venv.ts";

interface Status {
  readonly nodes: readonly {
    readonly node: string;
    readonly failure?: string;
    readonly answer?: { readonly containers: readonly { readonly state: string; readonly health: string }[] };
  }[];
}

interface Trail {
  readonly entries: readonly { readonly operator?: string; readonly code?: string }[];
}

const folder = mkdtempSync(join(tmpdir(), "dsmil-operators-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** dsmilctl as an operator runs it, on a machine without Node and with nothing of ours in its environment. */
const ctl = (who: string, ...args: string[]): Promise<Run> =>
  run("env", [
    "-i",
    `HOME=${folder}`,
    join(root, ".dsmil/dsmilctl"),
    "--config",
    `${folder}/${who}/config.yaml`,
    ...args,
  ]);

/** The engines' clients of the lab's machines are ours: they are containers of this computer. */
const machine = (verb: "pause" | "unpause", node: string): Promise<Run> => run("docker", [verb, `dsmil-${node}`]);

const hands = (who: string): Promise<Run> => dsmilOk("operator", who, "--out", `${folder}/${who}`);

describe("operators on the lab", () => {
  beforeAll(async () => {
    await untilHealthy();
    await dsmilOk("ctl", "build");
    await hands("admin");
  });
  afterAll(resetManifest);

  it("see every node and service well", async () => {
    const begun = performance.now();
    const { stdout, stderr } = await ctl("admin", "status");
    console.info(`dsmilctl status: ${((performance.now() - begun) / 1000).toFixed(2)} s`);
    // Not by the exit code: files before this one have killed what they could, which costs promises of the last hour.
    for (const node of ["node-a", "node-b", "node-c"]) expect(stdout, stderr).toMatch(new RegExp(`● ${node} `));
    expect(stdout).not.toMatch(/[✗▲] (node|dsmil|l\d)/);
    // What was just started is `starting` until its engine's first check.
    await vi.waitFor(
      async () => {
        const told = JSON.parse((await ctl("admin", "status", "--json")).stdout) as Status;
        const all = told.nodes.flatMap(({ answer }) => answer?.containers ?? []);
        expect(all.length).toBeGreaterThan(50);
        expect(all.filter((one) => one.state !== "running" || one.health !== "healthy")).toEqual([]);
      },
      { timeout: 60_000, interval: 2000 },
    );
  });

  it("are told which node is away, and what the others say", async () => {
    await machine("pause", "node-b");
    try {
      const begun = performance.now();
      const { code, stdout } = await ctl("admin", "status", "--json");
      console.info(`without node-b: ${((performance.now() - begun) / 1000).toFixed(2)} s`);
      expect(code).toBe(1);
      const { nodes } = JSON.parse(stdout) as Status;
      expect(nodes.filter(({ failure }) => failure).map(({ node }) => node)).toEqual(["node-b"]);
    } finally {
      await machine("unpause", "node-b");
    }
    await untilHealthy();
  });

  it("get no answer that the document does not describe, whatever a property-based tester asks", async () => {
    const tester = join(await ensureVenv("schemathesis"), "schemathesis");
    const [url, admin] = [`https://${ADDRESS["node-a"]}:8099`, `${folder}/admin`];
    const client = ["--request-cert", `${admin}/operator.crt`, "--request-cert-key", `${admin}/operator.key`];
    const bounds = ["--max-examples", "20", "--rate-limit", "100/s", "--phases", "coverage,fuzzing", "--seed", "1"];
    const target = [`${url}/openapi.json`, "--url", url, "--tls-verify", `${admin}/ca.crt`, "--no-color"];
    const { code, stdout, stderr } = await run(tester, ["run", ...target, ...client, ...bounds], {
      timeoutMs: 240_000,
    });
    expect(code, stdout + stderr).toBe(0);
    const [, generated = "0"] = /(\d+) generated, \1 passed/.exec(stdout) ?? [];
    expect(Number(generated), stdout).toBeGreaterThan(100);
  });

  it("come by an edit that does what its plan announced, and restarts nothing", async () => {
    const analyst = "operators:\n  - { name: bravo.analyst, role: analyst, tenants: [bravo] }\n";
    const { announced, done, tenants } = await apply((text) => text.replace(/^operators:\n/m, analyst));
    expect(done).toEqual(announced);
    expect(done.filter((line) => line.includes("docker:index"))).toEqual([]);
    expect(tenants).toEqual(["shared"]);
    await hands("bravo.analyst");
  });

  it("of bravo see bravo's alone, and the attempt at alpha's is in the trail", async () => {
    const own = await ctl("bravo.analyst", "tenant", "list", "--json");
    expect(own.stdout).toContain("bravo");
    expect(own.stdout).not.toContain("alpha");
    const logs = await ctl("bravo.analyst", "logs", "--tenant", "bravo", "--json");
    expect(logs.stdout).toContain("bravo");
    for (const args of [
      ["logs", "--tenant", "alpha"],
      ["tenant", "show", "alpha"],
    ]) {
      const refused = await ctl("bravo.analyst", ...args);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain("wrong_tenant");
    }
    const node = { name: "node-a", address: ADDRESS["node-a"], port: 8099, serverName: `node-a.${DOMAIN}` };
    const at = (file: string): string => `${folder}/admin/${file}`;
    const credentials = readCredentials({
      ca: at("ca.crt"),
      cert: at("operator.crt"),
      key: at("operator.key"),
      nodes: [],
    });
    const trail = await askNode<Trail>(node, credentials, "/v1/audit?limit=200");
    expect(trail).toHaveProperty("answer");
    const entries = "answer" in trail ? trail.answer.entries : [];
    expect(entries).toContainEqual(expect.objectContaining({ operator: "bravo.analyst", code: "wrong_tenant" }));
  });

  it("the isolation attempts count them in", async () => {
    const { stdout } = await dsmilOk("isolation", "--layer", "control", "--json");
    expect(stdout).toContain("bravo.analyst");
  });

  it("are refused within seconds once they are revoked, by an edit that does what its plan announced", async () => {
    const { announced, done } = await apply((text) =>
      text.replace("name: bravo.analyst, role: analyst,", "name: bravo.analyst, revoked: true, role: analyst,"),
    );
    expect(done).toEqual(announced);
    await until("refused", async () => (await ctl("bravo.analyst", "tenant", "list")).code !== 0, 15);
    expect((await ctl("bravo.analyst", "tenant", "list")).stderr).toContain("revoked");
    expect(existsSync(`${folder}/admin/config.yaml`)).toBe(true);
    expect((await ctl("admin", "tenant", "list")).code).toBe(0);
  });
});
