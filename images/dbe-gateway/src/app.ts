import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { LoadedKey } from "../../runtime/dbe/keys/load.ts";
import { nodeKeying } from "../../runtime/dbe/link/node-keying.ts";
import type { LinkTimings } from "../../runtime/dbe/link/timings.ts";
import type { Refusal, Transport } from "../../runtime/dbe/transport/transport.ts";
import { Health } from "../../runtime/health.ts";
import { createHttp } from "../../runtime/http.ts";
import type { Log } from "../../runtime/log.ts";
import { Metrics } from "../../runtime/metrics.ts";
import type { AuditStore } from "./audit/audit-store.ts";
import { AuditTrail } from "./audit/audit-trail.ts";
import { AuditWriter } from "./audit/audit-writer.ts";
import type { GatewayConfig } from "./config.ts";
import { ControlServer } from "./control/control-server.ts";
import { Operator } from "./control/operator.ts";
import { Exchange } from "./exchange/exchange.ts";
import { EXCHANGE_LIMITS, type ExchangeLimits } from "./exchange/exchange-parts.ts";
import { GatewayMetrics } from "./gateway-metrics.ts";
import { LinkEvents } from "./links/link-events.ts";
import { Links } from "./links/links.ts";
import { peerBook } from "./links/peer-book.ts";
import { Folders } from "./local/folders.ts";
import type { Facts } from "./policy/facts.ts";
import { rememberedVerify } from "./policy/remembered-verify.ts";
import { Configuration } from "./routes/configuration.ts";

/** What a gateway is made with. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly key: LoadedKey;
  readonly store: AuditStore;
  /** Makes the transport that gateway.json asks for; called once. */
  readonly transport: (configuration: Configuration, onRefused: (refusal: Refusal) => void) => Promise<Transport>;
  readonly timings?: Partial<LinkTimings>;
  readonly limits?: ExchangeLimits;
}

/** Time that messages under way have to end when a gateway stops, ms. */
const STOP_MS = 2000;

/** The DBE gateway of one node: between its containers and the gateways of its peers. */
export class Gateway {
  readonly health: Health;
  readonly http: FastifyInstance;
  readonly configuration: Configuration;
  readonly links: Links;
  readonly operator: Operator;
  private readonly config: GatewayConfig;
  private readonly folders: Folders;
  private readonly audit: AuditTrail;
  private readonly control: ControlServer;
  private readonly stopping = new AbortController();
  private loops: Promise<void>[] = [];
  private synced: Promise<void> = Promise.resolve();

  private constructor(parts: GatewayParts, configuration: Configuration, audit: AuditTrail, made: Made) {
    const { config, log, key, limits = EXCHANGE_LIMITS } = parts;
    const { metrics, events, transport } = made;
    this.config = config;
    this.configuration = configuration;
    this.audit = audit;
    this.health = new Health(config.identity);
    const verify = rememberedVerify();
    const facts = (): Facts => {
      const { settings, tenants } = configuration;
      return { node: settings.node, devices: settings.devices, tenants, now: Date.now(), verify };
    };
    const exchange: Exchange = new Exchange({
      ...{ facts, audit, log, limits, metrics: metrics.gateway },
      receivers: (device, messageId) => this.folders.receivers(device, messageId),
      ask: (peer, request, deadlineMs) => this.links.ask(peer, request, deadlineMs),
    });
    this.folders = new Folders({
      dir: config.paths.foldersDir,
      identities: () => configuration.folders,
      handle: (from, frame) => exchange.fromContainer(from, frame),
      log,
    });
    this.links = new Links({
      ...{ configuration, transport, events, random: randomBytes },
      keying: keyingOf(key, configuration, log),
      onRequest: (request, peer) => exchange.fromPeer(request, peer),
      ...(parts.timings && { timings: parts.timings }),
    });
    made.ages.read = () => this.links.stats();
    this.operator = new Operator({ configuration, exchange, links: this.links, audit, metrics: metrics.gateway });
    this.control = new ControlServer(config.controlSocket, this.operator, log);
    this.http = createHttp({ health: this.health, metrics: metrics.all, log });
    this.addChecks();
  }

  /** Reads the configuration and opens the audit trail; does not listen yet. Throws when one of them cannot be used. */
  static async create(parts: GatewayParts): Promise<Gateway> {
    const { config, log, key, store } = parts;
    const { node } = config.identity;
    const configuration = new Configuration(node, config.paths, log);
    await configuration.look();
    const sign = (data: Buffer, context: string): Promise<Buffer> => key.signer.sign(data, context);
    const { publicKey } = key.signer;
    const { auditDir: dir, auditSpoolBytes: maxBytes } = config;
    const writer = await AuditWriter.open({ node, dir, store, sign, publicKey, log, maxBytes });
    const audit = new AuditTrail(writer);
    const all = new Metrics(config.identity);
    const ages: Made["ages"] = { read: () => [] };
    const gateway = new GatewayMetrics(all.registry, {
      sessionAges: () => new Map(ages.read().map(({ peer, sessionAgeMs }) => [peer, (sessionAgeMs ?? 0) / 1000])),
      spool: () => writer.status.spool,
    });
    const events = new LinkEvents({ audit, metrics: gateway, log });
    const transport = await parts.transport(configuration, (refusal) => events.stranger(refusal));
    return new Gateway(parts, configuration, audit, { metrics: { all, gateway }, events, transport, ages });
  }

  /** Starts everything; the HTTP port for health comes last. */
  async start(): Promise<void> {
    const { configuration, config } = this;
    const { signal } = this.stopping;
    this.loops.push(this.audit.writer.run(signal));
    await this.links.start();
    await this.folders.sync();
    configuration.on("changed", () => this.links.sync());
    // Not only on changes: a folder that was made anew has the same text.
    configuration.on("looked", () => {
      this.synced = this.synced.then(() => this.folders.sync());
    });
    this.loops.push(configuration.run(config.pollMs, signal));
    await this.control.listen();
    await this.http.listen({ host: "0.0.0.0", port: config.identity.httpPort });
  }

  /** Takes nothing new, lets what is under way end, writes what the audit holds as far as the store takes it. */
  async stop(): Promise<void> {
    this.health.drain();
    this.configuration.removeAllListeners();
    await this.synced;
    await this.folders.close(STOP_MS);
    await this.links.close(STOP_MS);
    await this.control.close();
    await this.audit.close();
    this.stopping.abort();
    await Promise.allSettled(this.loops);
    await this.audit.writer.close();
    await this.http.close();
  }

  private addChecks(): void {
    const { health, configuration, folders, links, audit } = this;
    health.add({ name: "configuration", weight: "warning", read: () => configuration.check() });
    health.add({ name: "containers", weight: "warning", read: () => folders.check() });
    health.add({ name: "peers", weight: "warning", read: () => links.check() });
    health.add({
      name: "audit",
      weight: "warning",
      read: () => {
        const { away, spool, unwritten, lost, foreign } = audit.writer.status;
        const other = lost.length > 0 ? "lacks rows of this node" : "has rows that are not this node's";
        if (lost.length + foreign.length > 0) {
          return { value: `the store ${other}; run \`bin/dsmil audit verify\``, ok: false };
        }
        if (unwritten > 0) return { value: `${unwritten} rows were not kept: disk`, ok: false };
        return { value: away === undefined ? "committed" : `away, ${spool} rows wait`, ok: away === undefined };
      },
    });
  }
}

interface Made {
  readonly metrics: { readonly all: Metrics; readonly gateway: GatewayMetrics };
  readonly events: LinkEvents;
  readonly transport: Transport;
  readonly ages: { read: () => ReturnType<Links["stats"]> };
}

function keyingOf({ signer, certificate }: LoadedKey, configuration: Configuration, log: Log) {
  const node = configuration.settings.node;
  return nodeKeying({
    identity: {
      node,
      certificate,
      sign: (data, context) => signer.sign(data, context),
      ...(signer.quote && { quote: (nonce: Buffer) => signer.quote?.(nonce) ?? Promise.reject(new Error("no TPM")) }),
    },
    peers: peerBook(configuration, log),
    now: () => Date.now(),
    random: randomBytes,
  });
}
