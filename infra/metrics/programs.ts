import type { Registry } from "prom-client";
import { GatewayMetrics } from "../../images/dbe-gateway/src/gateway-metrics.ts";
import { addBufferGauges, drainedCounter } from "../../images/l3-router/src/ingest/buffer-metrics.ts";
import { addOpenGauge } from "../../images/l7-perception/src/open-gauge.ts";
import { RagMetrics } from "../../images/l7-rag/src/rag-metrics.ts";
import { callCounter } from "../../images/l7-tools/src/call-counter.ts";
import { WorkerMetrics } from "../../images/l7-worker/src/worker-metrics.ts";
import { FlagCounter } from "../../images/l8-advml/src/flags.ts";
import { checkedCounter } from "../../images/l8-advml/src/tamper/checked-counter.ts";
import { SocCounter } from "../../images/l8-analytics/src/soc-counter.ts";
import { CryptoMetrics } from "../../images/l8-crypto/src/crypto-metrics.ts";
import { EnclaveMetrics } from "../../images/l8-enclave/src/enclave-metrics.ts";
import { addIndicatorGauge } from "../../images/l8-signals/src/intel/indicator-gauge.ts";
import { SignalCounter } from "../../images/l8-signals/src/signal-counter.ts";
import { proposalCounter } from "../../images/l8-soar/src/proposal-counter.ts";
import { ShipperMetrics } from "../../images/log-shipper/src/shipper-metrics.ts";
import { addContainerMetrics } from "../../images/node-agent/src/container-metrics.ts";
import { scrapeCounter } from "../../images/node-agent/src/scrape-counter.ts";
import { Bus } from "../../images/runtime/bus/bus.ts";
import { Health } from "../../images/runtime/health.ts";
import { addHealthMetrics } from "../../images/runtime/health-metrics.ts";
import type { Identity } from "../../images/runtime/identity.ts";
import { Metrics } from "../../images/runtime/metrics.ts";
import { ModelMetrics } from "../../images/runtime/models/model-metrics.ts";
import { StreamFigures } from "../../images/runtime/stream-figures.ts";
import { addGauges } from "../../images/shrink/src/gauges.ts";
import { factsOf, type MetricFacts, readFacts } from "./facts.ts";

/** Puts a part's metrics into a registry, as the program does. */
type Register = (registry: Registry) => void;

const IDENTITY: Identity = {
  ...{ node: "node-a", service: "reference", device: 18, layer: 3, tokenIdBase: 0x8036, tenant: "ALPHA" },
  ...{ logLevel: "info", httpPort: 8080 },
};
const TENANT = "ALPHA";
const zero = (): number => 0;

const streams: Register = (registry) =>
  void new StreamFigures({ registry, redis: { status: "wait", call: async () => [] }, tenant: TENANT, device: 18 });
const bus: Register = (registry) => new Bus({ folder: "/run/dbe", registry, connections: 1 }).close();
const models: Register = (registry) => void new ModelMetrics(registry);

/**
 * What each program registers beside the base: the parts that its own code puts together. A test walks the programs'
 * imports and fails where this says something else.
 */
export const PROGRAM_PARTS: Readonly<Record<string, readonly Register[]>> = {
  "control-api": [],
  "dbe-gateway": [(registry) => void new GatewayMetrics(registry, { sessionAges: () => new Map(), spool: zero })],
  "l3-router": [
    streams,
    models,
    (registry) => addBufferGauges(registry, { waiting: zero, bytes: zero, oldest: zero }),
    (registry) => void drainedCounter(registry),
  ],
  "l4-classifier": [streams, models],
  "l5-forecaster": [streams, models],
  "l6-risk": [streams, models],
  "l7-agent": [streams, bus],
  "l7-perception": [models, (registry) => addOpenGauge(registry, zero)],
  "l7-rag": [streams, (registry) => void new RagMetrics(registry, TENANT, { waiting: 0 })],
  "l7-router": [bus],
  "l7-tools": [(registry) => void callCounter(registry)],
  "l7-worker": [],
  "l8-advml": [
    streams,
    (registry) => void new FlagCounter({ registry }, TENANT, 51),
    (registry) => void checkedCounter(registry),
  ],
  "l8-analytics": [streams, (registry) => void new SocCounter({ registry }, TENANT, 52)],
  "l8-crypto": [bus, (registry) => void new CryptoMetrics(registry)],
  "l8-enclave": [bus, (registry) => void new EnclaveMetrics(registry)],
  "l8-signals": [
    streams,
    (registry) => void new SignalCounter({ registry }, TENANT),
    (registry) => addIndicatorGauge(registry, TENANT, { states: [] }),
  ],
  "l8-soar": [streams, (registry) => void proposalCounter(registry)],
  "l9-coa": [streams],
  "l9-coalition": [streams],
  "l9-nc3": [streams],
  "l9-strategy": [streams],
  "log-gate": [],
  "log-shipper": [(registry) => void new ShipperMetrics(registry)],
  "node-agent": [(registry) => void scrapeCounter(registry), (registry) => void addContainerMetrics(registry)],
  shrink: [(registry) => addGauges({ registry }, { ids: [], report: () => unasked() })],
};

/** Metrics that a program has of its own or of a part, by name; without the base. */
export function ownMetrics(program: string): readonly MetricFacts[] {
  if (program === "l7-worker") {
    // It makes the base itself.
    const { all } = new WorkerMetrics(IDENTITY, () => ({ running: 0, waiting: 0 }));
    const base = new Set([...baseMetrics(), ...libraryMetrics()].map(({ name }) => name));
    return readFacts(all.registry).filter(({ name }) => !base.has(name));
  }
  return factsOf((registry) => {
    for (const register of PROGRAM_PARTS[program] ?? []) register(registry);
  });
}

/** Metrics that every program has (images/runtime/metrics.ts). */
export function baseMetrics(): readonly MetricFacts[] {
  return allBase().filter(({ name }) => name.startsWith("dsmil_"));
}

/** What the client library adds of the process and of Node.js; the names are its own. */
export function libraryMetrics(): readonly MetricFacts[] {
  return allBase().filter(({ name }) => !name.startsWith("dsmil_"));
}

function allBase(): readonly MetricFacts[] {
  const { registry } = new Metrics(IDENTITY);
  addHealthMetrics(registry, new Health(IDENTITY));
  return readFacts(registry);
}

function unasked(): never {
  throw new Error("nothing is collected for the reference");
}
