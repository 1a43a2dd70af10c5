import type { Board, Panel } from "./board.ts";
import { counted } from "./panels/counted.ts";
import { gauged } from "./panels/gauged.ts";
import { orZero, TENANT_IS_SCRAPED } from "./panels/or-zero.ts";
import { quantile } from "./panels/quantile.ts";
import { atLeast, atMost } from "./panels/steps.ts";
import { DAY, SLO_WINDOW, WINDOW } from "./panels/window.ts";

/** What the tenant's programs, and the shared ones on its behalf, say of themselves. */
const OWN = 'tenant_id="$tenant"';
/** Prometheus' own label of a container that is the tenant's; ids are lower case there. */
const CONTAINERS = 'tenant=~"(?i)$tenant"';

/** One tenant: what it asked for, how it was served, what that took. */
export function tenantBoard(tenants: readonly string[]): Board {
  return {
    uid: "dsmil-tenant",
    title: "Tenant",
    description: "One tenant: requests, errors, latency, language models; and for operators its containers and buffer.",
    tenants,
    rows: [
      { title: "Service", panels: service() },
      { title: "Language models", panels: languageModels() },
      { title: "Containers", audience: "operators", panels: containers() },
      { title: "Ingest", audience: "operators", panels: ingest() },
    ],
  };
}

function service(): Panel[] {
  return [...processed(), ...outcomes()];
}

function processed(): Panel[] {
  const scraped = TENANT_IS_SCRAPED;
  return [
    counted(
      {
        title: "Processed",
        description: "Events and requests of the tenant, a second, by what was done.",
        counter: "dsmil_requests_total",
        matching: OWN,
        by: ["msg_type"],
        scraped,
      },
      { width: 12 },
    ),
    gauged(
      {
        title: "p99",
        description: "99 % of the last hour's events and requests took at most this long, by what was done.",
        unit: "s",
        expr: quantile(0.99, {
          histogram: "dsmil_request_latency_seconds",
          matching: OWN,
          by: "msg_type",
          window: SLO_WINDOW,
        }),
        legend: "{{msg_type}}",
      },
      { width: 12 },
    ),
  ];
}

function outcomes(): Panel[] {
  const scraped = TENANT_IS_SCRAPED;
  return [
    counted({
      title: "Failures",
      description: "Failures of the tenant's programs, a second, by device and kind.",
      counter: "dsmil_errors_total",
      matching: OWN,
      by: ["device_id", "error_type"],
      scraped,
    }),
    counted({
      title: "Kept aside",
      description: "Lines and events that could not be understood, within the last day.",
      counter: "dsmil_rejected_total",
      matching: OWN,
      by: ["reason"],
      within: DAY,
      scraped,
    }),
    counted(
      {
        title: "Proposals",
        description: "Actions that would have fitted an event, within the last day, by what became of them.",
        counter: "dsmil_proposals_total",
        matching: OWN,
        by: ["action", "result"],
        within: DAY,
        scraped,
      },
      { needs: ["l8-soar"] },
    ),
  ];
}

function languageModels(): Panel[] {
  const scraped = TENANT_IS_SCRAPED;
  const needs = ["l7-router", "l7-worker"];
  return [
    counted(
      {
        title: "Requests at the API",
        description: "Requests at the API of Layer 7, a second.",
        counter: "dsmil_requests_total",
        matching: `${OWN},msg_type="L7_API"`,
        by: [],
        scraped,
      },
      { needs },
    ),
    counted(
      {
        title: "Tokens",
        description: "Tokens that language models read and wrote for the tenant within the last day.",
        counter: "dsmil_llm_tokens_total",
        matching: OWN,
        by: ["kind"],
        within: DAY,
        scraped,
      },
      { needs },
    ),
    counted(
      {
        title: "Tokens that became vectors",
        description: "Tokens of documents and questions, within the last day.",
        counter: "dsmil_encoder_tokens_total",
        matching: OWN,
        by: [],
        within: DAY,
        scraped,
      },
      { needs: ["l7-rag"] },
    ),
  ];
}

function containers(): Panel[] {
  return [
    gauged(
      {
        title: "Up",
        description: "Share of the tenant's programs that answered the last scrape.",
        unit: "percentunit",
        expr: `avg(up{job="services",${CONTAINERS}})`,
        legend: "up",
      },
      { look: "number", width: 6, steps: atLeast(0.9, 1) },
    ),
    gauged(
      {
        title: "Memory",
        description: "What each of the tenant's containers holds.",
        unit: "bytes",
        expr: `max by (service) (dsmil_container_memory_bytes{${CONTAINERS}})`,
        legend: "{{service}}",
      },
      { width: 6 },
    ),
    gauged(
      {
        title: "CPU",
        description: "Cores that each of the tenant's containers keeps busy.",
        unit: "short",
        expr: `sum by (service) (rate(dsmil_container_cpu_seconds_total{${CONTAINERS}}[${WINDOW}]))`,
        legend: "{{service}}",
      },
      { width: 6 },
    ),
    gauged(
      {
        title: "Restarts",
        description: "How often the engine restarted each of the tenant's containers since it was made.",
        unit: "none",
        expr: `max by (service) (dsmil_container_restarts_total{${CONTAINERS}})`,
        legend: "{{service}}",
      },
      { look: "bars", width: 6, steps: atMost(5, 1) },
    ),
  ];
}

/** Tenants without an ingest have no buffer: 0 then. */
function ingest(): Panel[] {
  const needs = ["l3-router"];
  return [
    gauged(
      {
        title: "Waiting",
        description: "Lines on the node's disk that are not on the stream yet; 0 without an ingest of its own.",
        unit: "short",
        expr: orZero(`max(dsmil_buffer_events{${CONTAINERS}})`),
        legend: "lines",
      },
      { needs },
    ),
    gauged(
      {
        title: "Oldest",
        description: "Age of the oldest line that is not on the stream yet.",
        unit: "s",
        expr: orZero(`max(dsmil_buffer_oldest_seconds{${CONTAINERS}})`),
        legend: "oldest",
      },
      { steps: atMost(300, 60), needs },
    ),
    gauged(
      {
        title: "Buffer",
        description: "Bytes of lines that the node's disk holds for the tenant.",
        unit: "bytes",
        expr: orZero(`max(dsmil_buffer_bytes{${CONTAINERS}})`),
        legend: "bytes",
      },
      { needs },
    ),
  ];
}
