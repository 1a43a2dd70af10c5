import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeConfig } from "../../../infra/ctl/config-file.ts";
import { freePort } from "../../../infra/lab/free-port.ts";

const MAIN = resolve(import.meta.dirname, "../../../infra/ctl/main.ts");
const dir = mkdtempSync(join(tmpdir(), "dsmil-ctl-answers-"));
const config = join(dir, "config.yaml");
type Answers = Readonly<Record<string, readonly [status: number, body: unknown]>>;
/** What node-a, which is well, and node-b answer; node-c is away. */
const answers: Record<"node-a" | "node-b", Answers> = { "node-a": {}, "node-b": {} };
const servers: Server[] = [];

beforeAll(async () => {
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "a.key"];
  execFileSync("openssl", ["req", "-x509", ...key, "-out", "a.crt", "-days", "2", ...subject], {
    cwd: dir,
    stdio: "pipe",
  });
  const tls = { cert: readFileSync(join(dir, "a.crt")), key: readFileSync(join(dir, "a.key")) };
  const nodes = [];
  for (const name of ["node-a", "node-b"] as const) {
    const server = createServer(tls, ({ url = "" }, response) => {
      const [status, body] = answers[name][url.split("?")[0] ?? ""] ?? [404, { code: "not_found", detail: "none" }];
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    servers.push(server);
    nodes.push({ name, port: (server.address() as AddressInfo).port });
  }
  nodes.push({ name: "node-c", port: await freePort() });
  const all = nodes.map((node) => ({ ...node, address: "127.0.0.1", serverName: "localhost" }));
  const two = structuredClone(all.slice(0, 2));
  const files = { ca: "a.crt", cert: "a.crt", key: "a.key" };
  writeConfig(config, { contexts: { all: { ...files, nodes: all }, two: { ...files, nodes: two } } });
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(dir, { recursive: true });
});

function ctl(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const argv = ["--disable-warning=ExperimentalWarning", MAIN, "--config", config, ...args];
  return new Promise((done) => {
    execFile(process.execPath, argv, { timeout: 30_000 }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const line = { time: "2026-01-01T00:00:00.000Z", container: "dsmil-redis", level: "info", text: "began" };
const logs = (more: object = {}) => ({ lines: [line], cut: [], unread: [], ...more });

describe("dsmilctl, by what nodes answer", () => {
  it("ends with 1 where a node is away, and with 0 where all told", async () => {
    for (const node of ["node-a", "node-b"] as const) {
      answers[node] = { "/v1/logs": [200, logs()], "/v1/tenants": [200, { tenants: [] }] };
    }
    const [away, well, tenants] = await Promise.all([
      ctl("--context", "all", "logs"),
      ctl("--context", "two", "logs"),
      ctl("--context", "all", "tenant", "list"),
    ]);
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining("node-c: nothing listens there")]);
    expect([well.code, well.stderr, well.stdout.split("\n").length]).toEqual([0, "", 3]);
    expect(tenants.code).toBe(1);
  }, 60_000);

  it("says which logs were not read or not wholly, with --json, too", async () => {
    answers["node-a"] = { "/v1/logs": [200, logs({ cut: ["dsmil-one"], unread: ["dsmil-two"] })] };
    answers["node-b"] = { "/v1/logs": [200, logs()] };
    const { code, stdout, stderr } = await ctl("--context", "two", "logs", "--json");
    expect([code, JSON.parse(stdout).length]).toEqual([0, 2]);
    expect(stderr).toMatch(/not all lines were looked at: dsmil-one\n.*no log could be read: dsmil-two\n/);
  }, 60_000);

  it("goes on where a node answers something else, and cannot be made to write to the terminal", async () => {
    const evil = {
      ...line,
      time: "2026-01-01T00:00:00Z",
      level: "info",
      container: "\u009b2J",
      text: "\u001b[2Ja\u202eb",
    };
    answers["node-a"] = { "/v1/logs": [200, { ...logs({ lines: [evil] }), later: true }] };
    for (const [body, why] of [
      [{}, "the answer is not as described"],
      [logs({ lines: [{ ...line, time: "\u001b[2J" }] }), "the answer is not as described: /lines/0/time"],
      ["<html>", "200: the answer is no JSON"],
    ] as const) {
      answers["node-b"] = { "/v1/logs": [200, body] };
      const { code, stdout, stderr } = await ctl("--context", "two", "logs");
      expect([code, stderr]).toEqual([1, expect.stringContaining(`node-b: ${why}`)]);
      expect(stdout).toContain("a�b");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none must be there
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  }, 60_000);
});
