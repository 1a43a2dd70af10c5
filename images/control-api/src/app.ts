import { readFileSync } from "node:fs";
import type { Server } from "node:tls";
import type { FastifyInstance } from "fastify";
import { followTlsFiles, readTlsFiles } from "../../runtime/api/tls-files.ts";
import { MAX_OPERATORS_FILE, type Operator, parseOperators } from "../../runtime/control/operator.ts";
import { Cgroups } from "../../runtime/engine/cgroup.ts";
import { EngineFolder } from "../../runtime/engine/engine-folder.ts";
import { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { readBounded } from "../../runtime/watch/bounded-file.ts";
import { TenantFiles } from "../../runtime/watch/tenant-files.ts";
import type { Question } from "./ask.ts";
import { Audit } from "./audit.ts";
import type { ControlConfig } from "./config.ts";
import { addDocument } from "./document.ts";
import { addRoutes } from "./routes.ts";
import { createServer, rememberPaths } from "./server.ts";
import { MAX_SUMMARY_FILE, parseSummary, type Summary } from "./summary.ts";
import { TrailFile } from "./trail-file.ts";
import { View } from "./view.ts";

const PROMETHEUS_MS = 2000;
const PROMETHEUS_BYTES = 1024 * 1024;
/** Files of 4 MiB with calls of nobody we know; filled as fast as they may be, they hold eight hours. */
const NOBODYS_FILES = 4;

/** A node's control API: what runs there, told to operators by their certificates, each call written down. */
export class ControlApi {
  readonly health: Health;
  private readonly config: ControlConfig;
  private readonly log: Log;
  private readonly metrics: Metrics;
  private readonly engine: EngineFolder;
  private readonly trail: TrailFile;
  private readonly nobodysTrail: TrailFile;
  private readonly audit: Audit;
  private readonly operatorFiles: TenantFiles<ReadonlyMap<string, Operator>>;
  private readonly summaryFiles: TenantFiles<Summary>;
  private readonly tls: ReturnType<typeof readTlsFiles>;
  private readonly api: FastifyInstance;
  private readonly http: FastifyInstance;
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[] = [];
  private operators: ReadonlyMap<string, Operator> = new Map();
  private summaries: ReadonlyMap<string, Summary> = new Map();

  constructor(config: ControlConfig, log: Log) {
    this.config = config;
    this.log = log;
    const { identity, operatorsDir, summaryDir, certsDir, clientsCa } = config;
    this.health = new Health(identity);
    this.metrics = new Metrics(identity);
    this.engine = new EngineFolder(config.engineDir, identity.node);
    this.trail = new TrailFile({ dir: config.trailDir });
    this.nobodysTrail = new TrailFile({ dir: config.trailDir, name: "nobody", files: NOBODYS_FILES });
    this.audit = new Audit(this.trail, this.nobodysTrail);
    const shared = { health: this.health, metrics: this.metrics, log };
    this.operatorFiles = new TenantFiles({
      ...{ dir: operatorsDir, name: "operators.json", what: "operators", log },
      load: (path) => readBounded(path, MAX_OPERATORS_FILE),
      parse: parseOperators,
      onChange: (files) => {
        this.operators = files.get("SHARED") ?? new Map();
      },
    });
    this.summaryFiles = new TenantFiles({
      ...{ dir: summaryDir, name: "summary.json", what: "summaries", log },
      load: (path) => readBounded(path, MAX_SUMMARY_FILE),
      parse: parseSummary,
      onChange: (files) => {
        this.summaries = files;
      },
    });
    this.tls = readTlsFiles(certsDir);
    const operators = () => this.operators;
    this.api = createServer({ ...shared, audit: this.audit, tls: this.tls, clientsCa, operators });
    this.http = createHttp(shared);
    this.checks();
  }

  /** Listens; returns the ports of the API and of health. */
  async start(): Promise<{ readonly api: number; readonly http: number }> {
    const { config, log, api, http, stopping } = this;
    await Promise.all([this.trail.open(), this.nobodysTrail.open()]);
    await this.routes();
    await Promise.all([this.operatorFiles.look(), this.summaryFiles.look()]);
    await api.listen({ host: config.address, port: config.port });
    await http.listen({ host: "127.0.0.1", port: config.identity.httpPort });
    const server = api.server as unknown as Server;
    const { certsDir: folder, clientsCa: clientCa, clientsCaFile: clientCaFile } = config;
    const files = { server, folder, files: this.tls, clientCa, clientCaFile, log };
    this.loops.push(
      this.operatorFiles.run(config.pollMs, stopping.signal),
      this.summaryFiles.run(config.pollMs, stopping.signal),
      followTlsFiles(files, stopping.signal),
    );
    const ports = { api: portOf(api), http: portOf(http) };
    log.info({ ...ports, operators: this.operators.size }, "started");
    return ports;
  }

  async stop(): Promise<void> {
    this.health.drain();
    this.stopping.abort();
    await Promise.allSettled(this.loops);
    await Promise.all([this.api.close(), this.http.close()]);
    await this.audit.flush().catch(() => undefined);
    await Promise.all([this.trail.close(), this.nobodysTrail.close()]);
  }

  private async routes(): Promise<void> {
    const { api, config, engine, trail, nobodysTrail } = this;
    const summaries = () => this.summaries;
    const all: string[] = [];
    api.addHook("onRoute", ({ url }) => void all.push(url));
    await addDocument(api);
    addRoutes(api, {
      node: config.identity.node,
      engineDir: config.engineDir,
      view: new View(engine, new Cgroups(config.cgroupDir), summaries),
      summaries,
      trails: { operators: trail, nobody: nobodysTrail },
      ...(config.prometheus && { prometheus: () => this.prometheus() }),
    });
    rememberPaths(api, all);
  }

  /** CA, certificate and key are read anew: they are renewed without a restart. */
  private prometheus(): Omit<Question, "path"> {
    const { prometheus, certsDir, caFile } = this.config;
    if (prometheus === undefined) throw new Error("this node has no Prometheus");
    const read = (path: string): string => readFileSync(path, "utf8");
    const own = { cert: read(`${certsDir}/control.crt`), key: read(`${certsDir}/control.key`) };
    const tls = { ca: read(caFile), servername: prometheus.name, ...own };
    return { host: prometheus.host, port: prometheus.port, tls, timeoutMs: PROMETHEUS_MS, limit: PROMETHEUS_BYTES };
  }

  private checks(): void {
    const { engine, trail, nobodysTrail, health } = this;
    const whole = (trouble: string | undefined) => ({ value: trouble ?? "well", ok: trouble === undefined });
    health.add({ name: "engine", weight: "warning", read: () => whole(engine.trouble) });
    health.add({ name: "trail", weight: "critical", read: () => whole(trail.trouble ?? nobodysTrail.trouble) });
    health.add({ name: "operators", weight: "warning", read: () => this.operatorFiles.check() });
    health.add({ name: "summaries", weight: "warning", read: () => this.summaryFiles.check() });
  }
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return typeof address === "object" && address ? address.port : 0;
}
