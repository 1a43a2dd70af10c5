import type { Server, TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Counter } from "prom-client";
import { createApi } from "../../runtime/api/api.ts";
import { Refusal } from "../../runtime/api/refusal.ts";
import { followTlsFiles, readTlsFiles } from "../../runtime/api/tls-files.ts";
import { Cgroups } from "../../runtime/engine/cgroup.ts";
import { EngineFolder } from "../../runtime/engine/engine-folder.ts";
import { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import { readBounded } from "../../runtime/watch/bounded-file.ts";
import { TenantFiles } from "../../runtime/watch/tenant-files.ts";
import type { AgentConfig } from "./config.ts";
import { containerMetrics } from "./container-metrics.ts";
import { addDiskMetrics } from "./disk-metrics.ts";
import { type Scraped, ScrapeError, type ScrapeResult, scrape } from "./scrape.ts";
import { scrapeCounter } from "./scrape-counter.ts";
import { MAX_TARGETS_FILE, parseTargets, type Target } from "./targets.ts";

/** Requests at once: each holds an answer of 2 MiB at most. */
const MOST_UNDER_WAY = 16;

/** A node's agent: what the engine and the kernel tell of containers, and their own figures, for Prometheus alone. */
export class Agent {
  readonly health: Health;
  private readonly config: AgentConfig;
  private readonly log: Log;
  private readonly metrics: Metrics;
  private readonly engine: EngineFolder;
  private readonly cgroups: Cgroups;
  private readonly files: TenantFiles<readonly Target[]>;
  private readonly scrapes: Counter<"result">;
  private readonly tls: ReturnType<typeof readTlsFiles>;
  private readonly api: FastifyInstance;
  private readonly http: FastifyInstance;
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[] = [];
  private targets: ReadonlyMap<string, Target> = new Map();

  constructor(config: AgentConfig, log: Log) {
    this.config = config;
    this.log = log;
    this.health = new Health(config.identity);
    this.metrics = new Metrics(config.identity);
    this.engine = new EngineFolder(config.engineDir, config.identity.node);
    this.cgroups = new Cgroups(config.cgroupDir);
    this.scrapes = scrapeCounter(this.metrics.registry);
    addDiskMetrics(this.metrics.registry, { "/var/lib/docker": config.engineDir, "/etc/dsmil": config.certsDir });
    this.files = new TenantFiles({
      dir: config.targetsDir,
      name: "targets.json",
      what: "targets",
      load: (path) => readBounded(path, MAX_TARGETS_FILE),
      parse: parseTargets,
      onChange: (byTenant) => {
        this.targets = new Map([...byTenant.values()].flat().map((target) => [target.container, target]));
      },
      log,
    });
    const shared = { health: this.health, metrics: this.metrics, log };
    this.tls = readTlsFiles(config.certsDir);
    const limits = { bodyLimit: 1024, mostUnderWay: MOST_UNDER_WAY };
    const identify = (request: FastifyRequest) => (isNamed(request, config.scraper) ? config.scraper : undefined);
    this.api = createApi({ name: "agent", ...shared, ...limits, identify, tls: this.tls, clientCa: config.ca }).app;
    this.http = createHttp(shared);
    this.routes();
    this.checks();
  }

  /** Listens; returns the ports of the API and of health. */
  async start(): Promise<{ readonly api: number; readonly http: number }> {
    const { config, log, api, http, stopping } = this;
    await this.files.look();
    await api.listen({ host: config.address, port: config.port });
    await http.listen({ host: "127.0.0.1", port: config.identity.httpPort });
    const server = api.server as unknown as Server;
    this.loops.push(this.files.run(config.targetsPollMs, stopping.signal));
    const followed = { server, folder: config.certsDir, files: this.tls, clientCa: config.ca, log };
    this.loops.push(followTlsFiles(followed, stopping.signal));
    const ports = { api: portOf(api), http: portOf(http) };
    log.info({ ...ports, targets: this.targets.size }, "started");
    return ports;
  }

  async stop(): Promise<void> {
    this.health.drain();
    this.stopping.abort();
    await Promise.allSettled(this.loops);
    await Promise.all([this.api.close(), this.http.close()]);
  }

  private routes(): void {
    const { api, engine, cgroups } = this;
    const { registry } = this.metrics;
    api.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
    api.get("/targets", async () => this.discovery());
    api.get("/containers/metrics", async (_request, reply) => {
      const { contentType, body } = await containerMetrics((await engine.containers()).values(), cgroups);
      return reply.type(contentType).send(body);
    });
    api.get<{ Params: { name: string } }>("/scrape/:name", async ({ params }, reply) => {
      const { contentType, body } = await this.counted(() => this.ask(params.name));
      return reply.type(contentType).send(body);
    });
  }

  /** Answer of Prometheus' HTTP service discovery: every target of this node, whether it runs or not. */
  private discovery() {
    const address = `${this.config.name}:${this.config.port}`;
    return [...this.targets.values()].map(({ container, job, labels }) => ({
      targets: [address],
      labels: { ...labels, job, container, instance: container, __metrics_path__: `/scrape/${container}` },
    }));
  }

  /** @throws ScrapeError */
  private async ask(name: string): Promise<Scraped> {
    const target = this.targets.get(name);
    if (target === undefined) throw new ScrapeError("unknown", "there is no such target on this node");
    const found = (await this.engine.containers()).get(target.container);
    if (!found?.running) throw new ScrapeError("not_running", `${target.container} does not run`);
    if (found.address === undefined) throw new ScrapeError("unreachable", `${target.container} has no address`);
    return scrape({ target, address: found.address, ca: this.config.ca });
  }

  private async counted(work: () => Promise<Scraped>): Promise<Scraped> {
    const count = (result: ScrapeResult): void => this.scrapes.inc({ result });
    try {
      const scraped = await work();
      count("ok");
      return scraped;
    } catch (error) {
      if (!(error instanceof ScrapeError)) throw error;
      const { result, message } = error;
      count(result);
      throw new Refusal(result === "unknown" ? 404 : 502, result, message);
    }
  }

  private checks(): void {
    const { engine, files, health } = this;
    const engineCheck = () => ({ value: engine.trouble ?? "read", ok: engine.trouble === undefined });
    health.add({ name: "engine", weight: "warning", read: engineCheck });
    health.add({ name: "targets", weight: "warning", read: () => files.check() });
  }
}

/** The TLS server let in whoever has a client certificate of the fleet's; only one of them is meant. */
function isNamed(request: FastifyRequest, name: string): boolean {
  const socket = request.raw.socket as TLSSocket;
  return socket.authorized && socket.getPeerCertificate().subject?.CN === name;
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return typeof address === "object" && address ? address.port : 0;
}
