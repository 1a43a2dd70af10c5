import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import pino from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LogGate } from "../../../images/log-gate/src/app.ts";
import { readConfig } from "../../../images/log-gate/src/config.ts";
import { makeCertificates } from "../support/certificates.ts";

let dir: string;
let gate: LogGate | undefined;
let port = 0;
let loki: Server;
let lokiUrl = "";
/** What reached Loki. */
let asked: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];

/** A certificate of the fleet's CA for a name, `purposes` as in the fleet. */
function issue(name: string, purposes: string): { cert: Buffer; key: Buffer } {
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", ...ec, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
  writeFileSync(`${dir}/${name}.ext`, `extendedKeyUsage=${purposes}\n`);
  const by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2", "-extfile", `${name}.ext`];
  openssl("x509", "-req", "-in", `${name}.csr`, ...by, "-out", `${name}.crt`);
  return { cert: readFileSync(`${dir}/${name}.crt`), key: readFileSync(`${dir}/${name}.key`) };
}

/** Names in Loki, as the deployer makes them. */
const LOG_TENANT = { alpha: "alpha.00000000a1", bravo: "bravo.00000000b1" } as const;

const certificates: Record<string, { cert: Buffer; key: Buffer }> = {};

beforeAll(async () => {
  dir = mkdtempSync("/tmp/dsmil-gate-");
  makeCertificates(dir);
  certificates["node-a"] = issue("log-shipper.node-a.dsmil.local", "clientAuth");
  certificates.server = issue("log-shipper.node-b.dsmil.local", "serverAuth");
  certificates.other = issue("redis.dsmil.local", "clientAuth");
  certificates.bus = issue("node-b.dsmil.local", "serverAuth,clientAuth");
  for (const id of ["alpha", "bravo"] as const) {
    mkdirSync(`${dir}/tenants/${id}`, { recursive: true });
    writeFileSync(`${dir}/tenants/${id}/token_sha256`, createHash("sha256").update(`token-of-${id}`).digest("hex"));
    writeFileSync(`${dir}/tenants/${id}/log_tenant`, LOG_TENANT[id]);
  }
  writeFileSync(`${dir}/operator`, createHash("sha256").update("token-of-operator").digest("hex"));
  loki = createServer(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming) body += String(chunk);
    if (incoming.url === "/ready") return void response.end("ready");
    asked.push({ url: incoming.url ?? "", headers: incoming.headers, body });
    response.writeHead(incoming.method === "POST" ? 204 : 200, { "content-type": "application/json" }).end();
  });
  loki.listen(0, "127.0.0.1");
  await once(loki, "listening");
  lokiUrl = `http://127.0.0.1:${(loki.address() as AddressInfo).port}`;
});
afterAll(async () => {
  loki.closeAllConnections();
  loki.close();
  rmSync(dir, { recursive: true });
});
afterEach(async () => {
  await gate?.stop();
  gate = undefined;
  asked = [];
});

async function start(url = lokiUrl): Promise<void> {
  const files = {
    CERTS_DIR: dir,
    CA_FILE: `${dir}/ca.crt`,
    TENANTS_DIR: `${dir}/tenants`,
    TENANTS_POLL_MS: "50",
    OPERATOR_FILE: `${dir}/operator`,
  };
  const about = { NODE_ID: "node-c", HTTP_PORT: "0", GATE_PORT: "0", NODES: "node-a,node-b", DOMAIN: "dsmil.local" };
  gate = new LogGate(readConfig({ ...files, ...about, LOKI_URL: url }), pino({ level: "silent" }));
  port = (await gate.start()).api;
}

interface Ask {
  readonly as?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

function ask(
  path: string,
  { as, token, headers, body }: Ask,
): Promise<{ status: number; code?: string; text: string }> {
  const pair = as === undefined ? {} : certificates[as];
  const given = { ...(token && { authorization: `Bearer ${token}` }), ...headers };
  return new Promise((done, fail) => {
    const options = {
      host: "localhost",
      port,
      path,
      agent: false as const,
      ca: readFileSync(`${dir}/ca.crt`),
      ...pair,
    };
    const sent = request({ ...options, method: body === undefined ? "GET" : "POST", headers: given }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => {
        const code = /"code":"(\w+)"/.exec(text)?.[1];
        done({ status: response.statusCode ?? 0, text, ...(code !== undefined && { code }) });
      });
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

const PUSH = "/loki/api/v1/push";
const streams = (...labels: Record<string, string>[]): string =>
  JSON.stringify({ streams: labels.map((stream) => ({ stream, values: [[`${Date.now()}000000`, "hello"]] })) });
const push = (body: string | Buffer, more: Ask = {}) =>
  ask(PUSH, { as: "node-a", body, ...more, headers: { "content-type": "application/json", ...more.headers } });
const QUERY = "/loki/api/v1/query_range?query=%7Bnode%3D~%22.%2B%22%7D&limit=10";

describe("the gate before Loki", () => {
  it("takes a node's lines, and says itself whose they are", async () => {
    await start();
    const headers = { "x-scope-orgid": "bravo", "content-encoding": "gzip" };
    expect((await push(gzipSync(streams({ node: "node-a", tenant: "alpha" })), { headers })).status).toBe(204);
    expect(asked[0]?.headers["x-scope-orgid"]).toBe(LOG_TENANT.alpha);
    expect((await push(streams({ node: "node-a", tenant: "shared" }))).status).toBe(204);
    expect(asked[1]?.headers["x-scope-orgid"]).toBe("shared");
  });

  it("keeps a tenant of the same id away from what the one before it left", async () => {
    await start();
    const [folder, alpha] = [`${dir}/tenants/alpha`, streams({ node: "node-a", tenant: "alpha" })];
    const scopes = (): unknown[] => asked.map(({ headers }) => headers["x-scope-orgid"]);
    const until = async (wanted: string): Promise<void> => {
      for (let attempt = 0; attempt < 100; attempt++) {
        asked = [];
        await push(alpha);
        if (asked[0]?.headers["x-scope-orgid"] === wanted) return;
        await new Promise((done) => setTimeout(done, 50));
      }
      expect(scopes()).toEqual([wanted]);
    };
    try {
      renameSync(folder, `${dir}/gone`);
      // Its containers still write for a moment: nobody's reader sees that.
      await until("unknown");
      expect((await ask(QUERY, { token: "token-of-alpha" })).status).toBe(401);
      renameSync(`${dir}/gone`, folder);
      writeFileSync(`${folder}/log_tenant`, "alpha.00000000a2");
      await until("alpha.00000000a2");
      asked = [];
      expect((await ask(QUERY, { token: "token-of-alpha" })).status).toBe(200);
      expect(scopes()).toEqual(["alpha.00000000a2"]);
    } finally {
      writeFileSync(`${folder}/log_tenant`, LOG_TENANT.alpha);
    }
  });

  it("does not take a folder whose name in Loki is another tenant's", async () => {
    writeFileSync(`${dir}/tenants/alpha/log_tenant`, LOG_TENANT.bravo);
    try {
      await start();
      expect((await ask(QUERY, { token: "token-of-alpha" })).status).toBe(401);
      expect(gate?.health.report().status).not.toBe("healthy");
    } finally {
      writeFileSync(`${dir}/tenants/alpha/log_tenant`, LOG_TENANT.alpha);
    }
  });

  it("refuses another node's lines, those of several tenants, and what is no push", async () => {
    await start();
    const alpha = { node: "node-a", tenant: "alpha" };
    expect((await push(streams({ ...alpha, node: "node-b" }))).code).toBe("node_mismatch");
    expect((await push(streams(alpha, { ...alpha, tenant: "bravo" }))).code).toBe("invalid_push");
    expect((await push(streams({ ...alpha, tenant: "alpha|bravo" }))).code).toBe("invalid_push");
    expect((await push(streams({ ...alpha, request_id: "many" }))).code).toBe("invalid_push");
    expect((await push("{")).code).toBe("invalid_push");
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));
    expect((await push(bomb, { headers: { "content-encoding": "gzip" } })).status).toBe(413);
    expect((await push(Buffer.alloc(5 * 1024 * 1024))).status).toBe(413);
    expect(asked).toEqual([]);
  });

  it("knows nodes by certificates that are made for it, and no one else", async () => {
    await start();
    const body = streams({ node: "node-b", tenant: "alpha" });
    for (const as of ["server", "other", "bus"]) expect((await push(body, { as })).status).toBe(401);
    const headers = { "content-type": "application/json" };
    expect((await ask(PUSH, { body, headers })).status).toBe(401);
    expect((await ask(PUSH, { body, headers, token: "token-of-alpha" })).status).toBe(403);
    expect((await ask(QUERY, { as: "node-a" })).status).toBe(403);
    expect((await ask(QUERY, {})).status).toBe(401);
    expect((await ask(QUERY, { token: "wrong" })).status).toBe(401);
    // Nor what there is, which the bench of an outage counts on: it is refused, and logged with its path.
    expect((await ask("/outage/0badcafe/alpha/1", {})).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it("asks in the name of the reader's tenant, whatever the request says", async () => {
    await start();
    const headers = { "x-scope-orgid": "bravo|alpha", "x-query-tags": "smuggled" };
    expect((await ask(QUERY, { token: "token-of-alpha", headers })).status).toBe(200);
    expect(asked[0]?.headers["x-scope-orgid"]).toBe(LOG_TENANT.alpha);
    expect(asked[0]?.headers).not.toHaveProperty("x-query-tags");
    const named = { token: "token-of-alpha", headers: { "x-dsmil-tenant": "bravo" } };
    expect((await ask(QUERY, named)).code).toBe("tenant_mismatch");
    expect((await ask(QUERY, { token: "token-of-operator" })).status).toBe(200);
    expect(asked[1]?.headers["x-scope-orgid"]).toBe(`${LOG_TENANT.alpha}|${LOG_TENANT.bravo}|shared|unknown`);
    const operator = { token: "token-of-operator", headers: { "x-dsmil-tenant": "bravo" } };
    await ask(QUERY, operator);
    expect(asked[2]?.headers["x-scope-orgid"]).toBe(LOG_TENANT.bravo);
  });

  it("passes nothing on but questions about logs", async () => {
    await start();
    const token = "token-of-operator";
    for (const path of ["delete?query=x", "rules", "push", "../../config", "%2e%2e/config", "label/a/../../x/values"]) {
      expect((await ask(`/loki/api/v1/${path}`, { token })).status, path).toBe(404);
    }
    for (const path of ["/config", "/metrics", "/flush", "/loki/api/v1/tail"]) {
      expect((await ask(path, { token })).status, path).toBe(404);
    }
    expect((await ask(`${QUERY}0000`, { token })).code).toBe("invalid_query");
    expect((await ask(`${QUERY}&tenant=x`, { token })).code).toBe("invalid_query");
    expect((await ask("/loki/api/v1/label/service/values", { token })).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  it("says that Loki is away", async () => {
    await start("http://127.0.0.1:9");
    expect((await push(streams({ node: "node-a", tenant: "alpha" }))).code).toBe("loki_unavailable");
    expect((await ask(QUERY, { token: "token-of-alpha" })).status).toBe(503);
  });
});
