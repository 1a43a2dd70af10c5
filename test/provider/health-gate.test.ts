import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GatedContainer } from "../../infra/provider/resources/health-gate/args.ts";
import { healthGate } from "../../infra/provider/resources/health-gate/handler.ts";
import { transfer } from "../../infra/provider/resources/image-on-node/engine.ts";
import { recordedContext } from "./context.ts";
import { image, startNodes, type TestNodes } from "./nodes.ts";

let nodes: TestNodes;
const base = image("dsmil-node-base");
const context = (signal?: AbortSignal) => recordedContext((node) => nodes.connect(node), 0, signal);
const sh = (script: string) => nodes.sh("node-a", script);

/** Starts a container that serves with a given status after a while, and says so in its log. */
async function start(name: string, status: number, afterMs: number, tls = false): Promise<GatedContainer> {
  const setup = tls
    ? `openssl req -x509 -newkey rsa:2048 -nodes -keyout /tmp/k -out /tmp/c -subj /CN=x -days 1 2>/dev/null`
    : ":";
  const server = tls
    ? `require("https").createServer({key:fs.readFileSync("/pki/k"),cert:fs.readFileSync("/pki/c")}`
    : `require("http").createServer({}`;
  const program = `const fs=require("fs");console.log("waking up");setTimeout(()=>${server},(q,a)=>{a.statusCode=${status};a.end()}).listen(8080),${afterMs})`;
  await sh(`${setup}; mkdir -p /tmp/pki; cp /tmp/k /tmp/c /tmp/pki 2>/dev/null; chmod -R a+r /tmp/pki`);
  const id = await sh(`docker run -d --name ${name} -v /tmp/pki:/pki --entrypoint node ${base} -e '${program}'`);
  return { name, instance: id.trim(), kind: tls ? "https" : "http", port: 8080 };
}
const gate = (containers: GatedContainer[], timeoutSeconds = 10) =>
  healthGate.reconcile({ node: "node-a", containers, timeoutSeconds }, undefined, context());

beforeAll(async () => {
  nodes = await startNodes("health-gate", 43, ["node-a"]);
  await transfer(await nodes.connect("node-a"), "node-a", [base], new AbortController().signal);
}, 900_000);
afterAll(() => nodes?.destroy());

describe("HealthGate", () => {
  it("waits until all answer, over http, https and tcp", async () => {
    const slow = await start("t-slow", 200, 1500);
    const secure = await start("t-secure", 204, 0, true);
    const started = Date.now();
    await gate([slow, secure, { ...slow, name: "t-secure", instance: secure.instance, kind: "tcp" }]);
    expect(Date.now() - started).toBeGreaterThan(500);
  });

  it("names each container that does not answer, with its last words", async () => {
    const sick = await start("t-sick", 503, 0);
    const deaf = await start("t-deaf", 200, 600_000);
    const dead = {
      ...deaf,
      name: "t-dead",
      instance: (
        await sh(
          `docker run -d --name t-dead --entrypoint node ${base} -e 'console.log("cannot read /key");process.exit(3)'`,
        )
      ).trim(),
    };
    const healthy = await start("t-healthy", 200, 0);
    const none = { ...deaf, name: "t-none" };
    const other = { ...healthy, instance: "f".repeat(64) };
    const failed = await gate([sick, deaf, dead, none, other], 3).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(failed).toContain("5 of the containers on node-a did not become healthy within 3 s");
    expect(failed).toContain("t-sick: /healthz answers with status 503\n    waking up");
    expect(failed).toContain("t-deaf: port 8080 does not accept connections");
    expect(failed).toMatch(/t-dead: is exited \(exit status 3, 0 restarts\)\n {4}cannot read \/key/);
    expect(failed).toContain("t-none: does not exist");
    expect(failed).toContain("t-healthy: is another container");
  });

  it("stops waiting when the engine cancels", async () => {
    const abort = new AbortController();
    const container = { name: "t-none", instance: "0".repeat(64), kind: "http", port: 1 } as const;
    const inputs = { node: "node-a", containers: [container], timeoutSeconds: 60 };
    const waiting = healthGate.reconcile(inputs, undefined, context(abort.signal));
    setTimeout(() => abort.abort(new Error("cancelled")), 500);
    await expect(waiting).rejects.toThrow();
  });

  it("names the property of every mistake", () => {
    const container = { name: "a b", instance: "xyz", kind: "udp", port: 0, path: "health" };
    const found = healthGate.check({ node: "node-a", containers: [container, { name: "ok" }], timeoutSeconds: 0 });
    expect(found.map(({ property }) => property)).toEqual([
      "timeoutSeconds",
      ...["name", "instance", "kind", "port", "path"].map((field) => `containers[0].${field}`),
      ...["instance", "kind", "port"].map((field) => `containers[1].${field}`),
    ]);
  });
});
