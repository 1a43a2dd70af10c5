import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LogShipper } from "../../../images/log-shipper/src/app.ts";
import { readConfig } from "../../../images/log-shipper/src/config.ts";
import { type Certificates, makeCertificates } from "../support/certificates.ts";
import { until } from "../support/fabric.ts";
import { EngineLogger } from "./engine-logger.ts";
import { Receiver } from "./receiver.ts";

const ALPHA = { node: "node-a", tenant: "alpha", service: "l3-router", layer: "L3", device: "18" };
const SHARED = { node: "node-a", tenant: "shared", service: "redis" };
const id = (digit: string): string => digit.repeat(64);

let dir: string;
let files: Certificates;
let receiver: Receiver;
let url: string;
let shipper: LogShipper | undefined;
let port = 0;
/** What it logged. */
let log: string[];

beforeEach(async () => {
  dir = mkdtempSync("/tmp/dsmil-logs-");
  mkdirSync(`${dir}/containers`);
  files = makeCertificates(dir);
  receiver = new Receiver();
  url = await receiver.start(files);
  log = [];
});
afterEach(async () => {
  await shipper?.stop();
  shipper = undefined;
  await receiver.stop();
  rmSync(dir, { recursive: true });
});

async function start(settings: Record<string, string> = {}): Promise<void> {
  const folders = { CONTAINERS_DIR: `${dir}/containers`, POSITIONS_DIR: `${dir}/positions`, CERTS_DIR: dir };
  const about = { NODE_ID: "node-a", HTTP_PORT: "0", GATE_URL: url, CA_FILE: files.ca, LOOK_MS: "50" };
  const config = readConfig({ ...folders, ...about, ...settings });
  shipper = new LogShipper(config, pino({ level: "info" }, { write: (line: string) => void log.push(line) }));
  port = await shipper.start();
}
const stop = async (): Promise<void> => {
  await shipper?.stop();
  shipper = undefined;
};
const container = (digit: string, labels: Record<string, string>, maxBytes = 64 * 1024): EngineLogger =>
  new EngineLogger(`${dir}/containers`, id(digit), labels, { maxBytes, maxFiles: 3 });
const json = (n: number): string => JSON.stringify({ level: "info", msg: "line", n, pad: "x".repeat(200) });
const numbers = (name: string): number[] =>
  receiver.textsOf(`dsmil-${name}`).map((text) => (JSON.parse(text) as { n: number }).n);
const all = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const metric = async (name: string): Promise<string[]> =>
  (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split("\n").filter((line) => line.startsWith(name));

describe("the log shipper", () => {
  it("ships every line once, with labels, across rotations and a restart", async () => {
    const router = container("a", ALPHA);
    const redis = container("b", SHARED);
    container("c", { node: "node-b", tenant: "alpha", service: "elsewhere" }).line("another node's");
    for (const n of all(300)) router.line(json(n));
    redis.line("8:M 21 Nov 2026 14:00:01.123 # WARNING overcommit", "stderr");
    await start();
    await until(async () => numbers("l3-router").length === 300);
    for (const n of all(900).slice(300)) router.line(json(n));
    await until(async () => numbers("l3-router").length === 900);
    await stop();
    for (const n of all(1000).slice(900)) router.line(json(n));
    const before = receiver.received;
    await start();
    await until(async () => numbers("l3-router").length === 1000);
    expect(numbers("l3-router")).toEqual(all(1000));
    expect(receiver.received - before).toBe(100);
    expect([...receiver.lines.values()].find(({ labels }) => labels.tenant === "alpha")?.labels).toEqual({
      ...{ node: "node-a", tenant: "alpha", service: "l3-router", container: "dsmil-l3-router" },
      ...{ layer: "L3", device: "18", level: "info" },
    });
    expect([...receiver.lines.values()].filter(({ labels }) => labels.tenant === "shared")).toMatchObject([
      { labels: { level: "warn" }, text: '{"level":"warn","msg":"8:M 21 Nov 2026 14:00:01.123 # WARNING overcommit"}' },
    ]);
    expect(receiver.textsOf("dsmil-elsewhere")).toEqual([]);
    expect(await metric("dsmil_log_lines_lost_total")).toEqual([]);
  });

  it("waits while nobody takes lines, and keeps what the engine removes meanwhile", async () => {
    const router = container("a", ALPHA);
    await start();
    router.line(json(0));
    await until(async () => numbers("l3-router").length === 1);
    await receiver.stop();
    // Ten files' worth, of which the engine keeps three.
    for (const n of all(2500).slice(1)) {
      router.line(json(n));
      if (n % 50 === 0) await new Promise((done) => setTimeout(done, 100));
    }
    const health = async () =>
      ((await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { status: string }).status;
    await until(async () => (await health()) === "degraded");
    await receiver.start(files);
    await until(async () => numbers("l3-router").length === 2500);
    expect(numbers("l3-router")).toEqual(all(2500));
    expect(await metric("dsmil_log_lines_lost_total")).toEqual([]);
    await until(async () => (await metric("dsmil_log_kept_bytes")).join() === "dsmil_log_kept_bytes 0");
  });

  it("loses nothing while its certificate is being replaced", async () => {
    const router = container("a", ALPHA);
    await start();
    renameSync(files.key, `${files.key}.old`);
    for (const n of all(20)) router.line(json(n));
    await until(async () => log.join("").includes("logs not taken; waiting"));
    renameSync(`${files.key}.old`, files.key);
    await until(async () => numbers("l3-router").length === 20);
    expect(await metric("dsmil_log_lines_lost_total")).toEqual([]);
  });

  it("counts what it could not keep, and goes on", async () => {
    const router = container("a", ALPHA);
    receiver.status = 500;
    await start({ KEPT_MIB: "0" });
    for (const n of all(2500)) {
      router.line(json(n));
      if (n % 50 === 0) await new Promise((done) => setTimeout(done, 20));
    }
    receiver.status = 204;
    await until(async () => numbers("l3-router").includes(2499));
    const lost = Number((await metric("dsmil_log_lines_lost_total"))[0]?.split(" ")[1]);
    expect(lost).toBeGreaterThan(0);
    expect(numbers("l3-router").length + lost).toBe(2500);
    expect(log.join("")).toContain("rotated away before they were read");
  });

  it("reads a container that is removed to its end, and joins what the engine cut", async () => {
    const router = container("a", ALPHA, 1024 * 1024);
    await start();
    const long = JSON.stringify({ level: "error", msg: "y".repeat(40_000) });
    router.line(long);
    router.line("z".repeat(300 * 1024));
    await until(async () => receiver.lines.size === 1 || receiver.lines.size === 2);
    receiver.status = 500;
    router.line('{"msg":"last words"}');
    await new Promise((done) => setTimeout(done, 200));
    router.remove();
    receiver.status = 204;
    await until(async () => receiver.textsOf("dsmil-l3-router").includes('{"msg":"last words"}'));
    expect(receiver.textsOf("dsmil-l3-router")[0]).toBe(long);
    expect(receiver.textsOf("dsmil-l3-router")[1]).toHaveLength(
      JSON.stringify({ level: "info", msg: "" }).length + 256 * 1024,
    );
  });

  it("takes hostile files for what they are", async () => {
    const router = container("a", ALPHA);
    mkdirSync(`${dir}/containers/${id("d")}`);
    writeFileSync(`${dir}/containers/${id("d")}/config.v2.json`, "{".repeat(1000));
    router.raw('{"log":"no time"}\n\0\0\0\n[]\n{"log":1,"time":"2026-11-21T14:00:00Z"}\n');
    router.raw(`{"log":"bad time\\n","time":"2026-99-99T14:00:00Z"}\n${"x".repeat(600 * 1024)}\n`);
    router.line('{"msg":"still here"}');
    await start();
    await until(async () => receiver.lines.size === 1);
    expect(receiver.textsOf("dsmil-l3-router")).toEqual(['{"msg":"still here"}']);
    expect(await metric("dsmil_log_lines_lost_total")).toEqual([
      'dsmil_log_lines_lost_total{tenant="alpha",reason="broken"} 6',
    ]);
  });

  it("says that lines are gone when the file it read is, and reads the file that took its number as a new one", async () => {
    const router = container("a", ALPHA);
    for (const n of all(10)) router.line(json(n));
    await start();
    await until(async () => numbers("l3-router").length === 10);
    await stop();
    const saved = readFileSync(`${dir}/positions/positions.json`, "utf8");
    for (let i = 0; i < 4; i++) router.rotate();
    for (const n of all(20).slice(10)) router.line(json(n));
    await start();
    await until(async () => numbers("l3-router").length === 20);
    expect(log.join("")).toContain('"at_least":1');
    await stop();
    writeFileSync(`${dir}/positions/positions.json`, saved.slice(0, 20));
    await start();
    await until(async () => log.join("").includes("positions cannot be read"));
    expect(numbers("l3-router")).toEqual(all(20));
  });

  it("says that lines may be gone when the engine was faster than it looks", async () => {
    const router = container("a", ALPHA);
    await start();
    router.line(json(0));
    await until(async () => numbers("l3-router").length === 1);
    for (const n of all(1500).slice(1)) router.line(json(n));
    await until(async () => numbers("l3-router").includes(1499));
    expect(log.join("")).toContain('"at_least":1');
  });

  it("gives up what Loki refuses for good, and says how much", async () => {
    const router = container("a", ALPHA);
    receiver.status = 400;
    receiver.text = "entry too far behind, entry text: 'secret words'";
    router.line(json(0));
    await start();
    await until(async () => log.join("").includes("refused lines for good"));
    expect(log.join("")).not.toContain("secret words");
    receiver.status = 204;
    router.line(json(1));
    await until(async () => numbers("l3-router").length === 1);
    expect(await metric("dsmil_log_lines_lost_total")).toEqual([
      'dsmil_log_lines_lost_total{tenant="alpha",reason="refused"} 1',
    ]);
  });
});
