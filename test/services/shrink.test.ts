import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as plain } from "node:http";
import { request } from "node:https";
import { connect } from "node:tls";
import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { followTlsFiles, readTlsFiles } from "../../images/runtime/api/tls-files.ts";
import { readConfig } from "../../images/shrink/src/config.ts";
import { Shrink } from "../../images/shrink/src/service.ts";
import { makeCertificates } from "./support/certificates.ts";
import { Fabric, until } from "./support/fabric.ts";
import { mixedLines } from "./support/lines.ts";

let dir: string;
let shrink: Shrink;
let ports: { readonly api: number; readonly http: number };
/** What it logged. */
let log: string[];

beforeAll(() => {
  dir = mkdtempSync("/tmp/dsmil-shrink-");
  makeCertificates(dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

const addTenant = (id: string, token = `token-of-${id}`): void => {
  for (const folder of ["tenants", "sockets"]) mkdirSync(`${dir}/${folder}/${id}`, { recursive: true });
  writeFileSync(`${dir}/tenants/${id}/token_sha256`, createHash("sha256").update(token).digest("hex"));
};
const socketOf = (id: string): string => `${dir}/sockets/${id}/shrink.sock`;

beforeEach(async () => {
  for (const id of ["alpha", "bravo"]) addTenant(id);
  const folders = { CERTS_DIR: dir, TENANTS_DIR: `${dir}/tenants`, SOCKETS_DIR: `${dir}/sockets` };
  const config = readConfig({ NODE_ID: "node-a", HTTP_PORT: "0", SHRINK_PORT: "0", TENANTS_POLL_MS: "50", ...folders });
  log = [];
  shrink = new Shrink(config, pino({ level: "info" }, { write: (line: string) => void log.push(line) }));
  ports = await shrink.start();
});
afterEach(async () => {
  await shrink.stop();
  for (const folder of ["tenants", "sockets"]) rmSync(`${dir}/${folder}`, { recursive: true });
});

type Answer = { status: number; body: Record<string, unknown> & { error?: { code: string } } };

function ask(options: object, body?: string): Promise<Answer> {
  return new Promise((done, fail) => {
    const send = "socketPath" in options ? plain : request;
    const asked = send({ host: "localhost", agent: false, method: body === undefined ? "GET" : "POST", ...options });
    asked.on("error", fail);
    asked.on("response", (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => done({ status: response.statusCode ?? 0, body: JSON.parse(text) as Answer["body"] }));
    });
    asked.end(body);
  });
}
const api = (path: string, token: string | undefined, body?: string): Promise<Answer> => {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { ...authorization, ...(body !== undefined && { "content-type": "application/x-ndjson" }) };
  return ask({ port: ports.api, path, ca: readFileSync(`${dir}/ca.crt`), headers }, body);
};

/** An hour as bad as it gets for two operators. */
function badHour(): string {
  const lines = Array.from({ length: 160 }, (_, i) => ({
    operator: i % 2 === 0 ? "j.doe" : "r.roe",
    at: new Date(Date.now() - i * 700).toISOString(),
    ...{ kind: "command", text: "systemctl restart router", exit: 1, keys: 30, corrections: 15 },
  }));
  return lines.map((line) => JSON.stringify(line)).join("\n");
}

describe("SHRINK for all tenants", () => {
  it("tells each tenant its own figures, by token and by socket, and names no one", async () => {
    expect((await api("/api/v1/observations", "token-of-alpha", badHour())).body).toEqual({ accepted: 160 });
    const alpha = await api("/api/v1/metrics", "token-of-alpha");
    expect(alpha.status).toBe(200);
    expect(alpha.body).toMatchObject({ tenant_id: "ALPHA", operators: 2, observations: 160 });
    expect(Number(alpha.body.risk_acute_stress)).toBeGreaterThan(0.7);
    expect(Number(alpha.body.crisis_level)).toBeGreaterThan(0.8);
    const idle = { tenant_id: "BRAVO", operators: 0, observations: 0, risk_acute_stress: 0, crisis_level: 0 };
    expect((await api("/api/v1/metrics", "token-of-bravo")).body).toMatchObject(idle);
    expect((await ask({ socketPath: socketOf("bravo"), path: "/api/v1/metrics" })).body).toMatchObject(idle);
    const risk = await ask({ socketPath: socketOf("alpha"), path: "/risk?tenant_id=ALPHA" });
    expect(risk.body).toMatchObject({ tenant_id: "ALPHA", level: "CRISIS" });
    expect(JSON.stringify(risk.body)).not.toMatch(/doe|roe|systemctl/);
    expect(log.join("\n")).not.toMatch(/doe|roe|systemctl/);
  });

  it("refuses and audits strangers, and who asks for another tenant", async () => {
    expect((await api("/api/v1/metrics", undefined)).status).toBe(401);
    expect((await api("/api/v1/metrics", "token-of-charlie")).status).toBe(401);
    expect((await api("/api/v1/observations", "wrong", badHour())).status).toBe(401);
    expect((await api("/risk?tenant_id=BRAVO", "token-of-alpha")).body.error?.code).toBe("tenant_mismatch");
    const byDoor = await ask({ socketPath: socketOf("alpha"), path: "/risk?tenant_id=BRAVO" });
    expect(byDoor.body.error?.code).toBe("tenant_mismatch");
    expect((await api("/risk", "token-of-alpha")).body.error?.code).toBe("tenant_id_missing");
    expect(log.filter((line) => line.includes('"audit":true'))).toHaveLength(5);
    expect(log.join("\n")).not.toContain("token-of-alpha");
  });

  it("takes nothing by a socket, and nothing that is too large", async () => {
    const headers = { "content-type": "application/x-ndjson" };
    const path = "/api/v1/observations";
    expect((await ask({ socketPath: socketOf("alpha"), path, headers }, "{}")).status).toBe(404);
    expect((await api(path, "token-of-alpha", "x".repeat(512 * 1024 + 1))).status).toBe(413);
    expect((await api(path, "token-of-alpha", '{"operator":"x"}')).body.error?.code).toBe("invalid_observation");
  });

  it("has places left for others when a tenant sends slowly", async () => {
    const body = { "content-type": "application/x-ndjson", "content-length": "100" };
    const headers = { authorization: "Bearer token-of-alpha", ...body };
    const path = "/api/v1/observations";
    const options = { host: "localhost", agent: false, method: "POST", path, headers } as const;
    const slow = Array.from({ length: 16 }, () => {
      const asked = request({ ...options, port: ports.api, ca: readFileSync(`${dir}/ca.crt`) });
      asked.on("error", () => undefined).flushHeaders();
      return asked;
    });
    await until(async () => (await api("/api/v1/metrics", "token-of-alpha")).status === 429);
    expect((await api("/api/v1/metrics", "token-of-bravo")).status).toBe(200);
    for (const one of slow) one.destroy();
    await until(async () => (await api("/api/v1/metrics", "token-of-alpha")).status === 200);
  });

  it("takes up and forgets tenants as their folders come and go, and changed tokens", async () => {
    mkdirSync(`${dir}/sockets/charlie`);
    // What a process that was killed left behind.
    writeFileSync(socketOf("charlie"), "");
    addTenant("charlie");
    await until(async () => (await api("/api/v1/metrics", "token-of-charlie")).status === 200);
    const door = { socketPath: socketOf("charlie"), path: "/api/v1/metrics" };
    await until(async () => (await ask(door)).status === 200);
    addTenant("charlie", "another");
    await until(async () => (await api("/api/v1/metrics", "another")).status === 200);
    expect((await api("/api/v1/metrics", "token-of-charlie")).status).toBe(401);
    rmSync(`${dir}/tenants/charlie`, { recursive: true });
    await until(async () => (await api("/api/v1/metrics", "another")).status === 401);
    await until(async () => !existsSync(socketOf("charlie")));
    expect((await api("/api/v1/metrics", "token-of-alpha")).status).toBe(200);
  });

  it("has shrink_* metrics by tenant, and a health", async () => {
    await api("/api/v1/observations", "token-of-alpha", badHour());
    const text = await (await fetch(`http://127.0.0.1:${ports.http}/metrics`)).text();
    const names = ["risk_acute_stress", "cognitive_load", "lbi_hyperfocus_density", "entropy", "crisis_level"];
    for (const name of [...names, "operators", "observations"]) {
      expect(text).toMatch(new RegExp(`^shrink_${name}\\{tenant_id="ALPHA"\\} [0-9.]+$`, "m"));
      expect(text).toMatch(new RegExp(`^shrink_${name}\\{tenant_id="BRAVO"\\} 0$`, "m"));
    }
    expect(await (await fetch(`http://127.0.0.1:${ports.http}/health`)).json()).toMatchObject({
      status: "healthy",
      checks: { tenants: 2, sockets: 2 },
    });
  });
});

describe("the SOC router", () => {
  it("escalates by what SHRINK says of its own tenant", async () => {
    const fabric = await Fabric.start();
    try {
      await fabric.run("l3");
      await fabric.run("l4");
      const l8 = await fabric.run("l8", { SHRINK_SOCKET: socketOf("alpha"), SHRINK_POLL_INTERVAL: "0.1" });
      const check = () => l8.service.health.report().checks.shrink;
      await until(async () => check() === "connected");
      await api("/api/v1/observations", "token-of-bravo", badHour());
      await fabric.send(mixedLines(5));
      await until(async () => (await fabric.count("events")) === 5);
      expect(await fabric.count("events", "severity = 'CRITICAL'")).toBeLessThan(5);
      await api("/api/v1/observations", "token-of-alpha", badHour());
      const crisis = "l8->'escalations' ? 'shrink_crisis'";
      await until(async () => {
        await fabric.send(mixedLines(1));
        return (await fabric.count("events", crisis)) > 0;
      });
      expect(await fabric.count("events", `${crisis} and severity <> 'CRITICAL'`)).toBe(0);
    } finally {
      await fabric.stopAll();
    }
  }, 120_000);
});

describe("a renewed certificate", () => {
  it("is served without a restart", async () => {
    const { createServer } = await import("node:tls");
    const folder = mkdtempSync("/tmp/dsmil-shrink-tls-");
    const stop = new AbortController();
    makeCertificates(folder);
    const files = readTlsFiles(folder);
    const server = createServer(files, (socket) => socket.end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const served = async (): Promise<string> => {
      const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
      await once(socket, "secureConnect");
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const following = followTlsFiles(
      { server, folder, files, log: pino({ level: "silent" }), everyMs: 20 },
      stop.signal,
    );
    const before = await served();
    for (const file of ["tls.crt", "tls.key"]) copyFileSync(`${dir}/${file}`, `${folder}/${file}`);
    await until(async () => (await served()) !== before);
    stop.abort();
    await following;
    server.close();
    rmSync(folder, { recursive: true });
  });
});
