import type { Server, TLSSocket } from "node:tls";
import type { FastifyRequest } from "fastify";
import { type Api, createApi } from "../../runtime/api/api.ts";
import { Refusal } from "../../runtime/api/refusal.ts";
import { followTlsFiles, readTlsFiles, type TlsFiles } from "../../runtime/api/tls-files.ts";
import { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { pause } from "../../runtime/pause.ts";
import { TenantFiles } from "../../runtime/watch/tenant-files.ts";
import { type Caller, Callers } from "./callers.ts";
import type { GateConfig } from "./config.ts";
import { Loki } from "./loki.ts";
import { checkPush } from "./push.ts";
import { readQuestion, scopeOf } from "./question.ts";
import { loadReader, logTenantOf, parseReader, type Reader } from "./reader.ts";

const MIB = 1024 * 1024;
const ASK_MS = 5000;

/** The only way to Loki: knows who asks, says which tenant that is, and lets nothing else through. */
export class LogGate {
  readonly health: Health;
  private readonly config: GateConfig;
  private readonly log: Log;
  private readonly metrics: Metrics;
  private readonly http: ReturnType<typeof createHttp>;
  private readonly api: Api<Caller>;
  private readonly tls: TlsFiles;
  private readonly loki: Loki;
  private readonly tenants: ReturnType<LogGate["watchTenants"]>;
  private readers: ReadonlyMap<string, Reader> = new Map();
  private readonly stopping = new AbortController();
  private lokiIsReady = false;

  constructor(config: GateConfig, log: Log) {
    this.config = config;
    this.log = log;
    this.loki = new Loki(config.lokiUrl);
    this.metrics = new Metrics(config.identity);
    this.health = new Health(config.identity);
    this.health.add({ name: "loki", weight: "warning", read: () => state(this.lokiIsReady) });
    this.tenants = this.watchTenants();
    this.health.add({ name: "tenants", weight: "warning", read: () => this.tenants.check() });
    const shared = { health: this.health, metrics: this.metrics, log };
    this.http = createHttp(shared);
    this.tls = readTlsFiles(config.certsDir);
    const callers = new Callers({ ...config, readers: () => this.readers });
    const identify = ({ raw, headers }: FastifyRequest) =>
      callers.identify(raw.socket as TLSSocket, headers.authorization);
    const bounds = { bodyLimit: 4 * MIB, mostUnderWay: 32, mostOfOne: 8 };
    this.api = createApi<Caller>({
      name: "logs",
      ...shared,
      ...bounds,
      identify,
      tls: this.tls,
      clientCa: config.ca,
      certificateOptional: true,
    });
    this.routes();
  }

  /** @returns the ports that it listens on */
  async start(): Promise<{ readonly api: number; readonly http: number }> {
    await this.tenants.look();
    const { signal } = this.stopping;
    void this.tenants.run(this.config.tenantsPollMs, signal);
    void this.askLoki(signal);
    const { app } = this.api;
    await app.listen({ host: "0.0.0.0", port: this.config.port });
    const server = app.server as unknown as Server;
    const { certsDir: folder, ca } = this.config;
    void followTlsFiles({ server, folder, files: this.tls, clientCa: ca, log: this.log }, signal);
    await this.http.listen({ host: "0.0.0.0", port: this.config.identity.httpPort });
    this.log.info({ tenants: this.readers.size }, "started");
    return { api: portOf(app.server.address()), http: portOf(this.http.server.address()) };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.api.app.close();
    await this.http.close();
  }

  private watchTenants() {
    return new TenantFiles<Reader>({
      dir: this.config.tenantsDir,
      name: "token_sha256",
      what: "tenants",
      load: loadReader,
      parse: parseReader,
      onChange: (byTenant) => {
        this.readers = new Map([...byTenant].map(([tenant, reader]) => [tenant.toLowerCase(), reader]));
      },
      log: this.log,
    });
  }

  private routes(): void {
    const { app, callerOf } = this.api;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.post("/loki/api/v1/push", async (request, reply) => {
      const started = performance.now();
      const caller = callerOf(request);
      if (caller.kind !== "shipper") throw new Refusal(403, "forbidden", "Only nodes send lines.");
      const { tenant, body } = checkPush(request.body as Buffer, request.headers["content-encoding"], caller.node);
      const answer = await this.loki.push(logTenantOf(tenant, this.readers), body);
      this.metrics.processed("push", 1, (performance.now() - started) / 1000, tenant.toUpperCase());
      return reply.code(answer.status).type(answer.type).send(answer.body);
    });
    app.get("/loki/api/v1/*", async (request, reply) => {
      const started = performance.now();
      const url = new URL(request.url, "https://gate");
      const named = request.headers["x-dsmil-tenant"];
      const scope = scopeOf(callerOf(request), named === undefined ? undefined : String(named), this.readers);
      const question = readQuestion(url.pathname.slice("/loki/api/v1/".length), url.searchParams);
      const answer = await this.loki.query(scope, question);
      this.metrics.processed("query", 1, (performance.now() - started) / 1000);
      return reply.code(answer.status).type(answer.type).send(answer.body);
    });
  }

  private async askLoki(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.lokiIsReady = await this.loki.ready();
      await pause(ASK_MS, signal);
    }
  }
}

const state = (ok: boolean) => ({ value: ok ? "ready" : "not ready", ok });

function portOf(address: ReturnType<Server["address"]>): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}
