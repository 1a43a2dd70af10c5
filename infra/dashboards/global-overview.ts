import type { Board } from "./board.ts";
import { counted } from "./panels/counted.ts";
import { firingAlerts } from "./panels/firing-alerts.ts";
import { gauged } from "./panels/gauged.ts";
import { FLEET_IS_SCRAPED, orZero } from "./panels/or-zero.ts";
import { quantile } from "./panels/quantile.ts";
import { atMost } from "./panels/steps.ts";
import { targetsUp } from "./panels/targets-up.ts";
import { WINDOW } from "./panels/window.ts";

const LATENCY = "dsmil_request_latency_seconds";

/** The fleet at a glance: does it work, how much does it do, how fast, on what. */
export function globalOverview(): Board {
  return {
    uid: "dsmil-overview",
    title: "Global Overview",
    description: "The whole fleet: what is up, traffic, errors and latency by layer, and what the nodes spend on it.",
    tenants: [],
    rows: [
      { title: "Now", panels: now() },
      { title: "Traffic", panels: traffic() },
      { title: "Latency", panels: [0.5, 0.95, 0.99].map(latency) },
      { title: "Fleet", panels: fleet() },
    ],
  };
}

function now() {
  const requests = `sum(rate(dsmil_requests_total[${WINDOW}]))`;
  const failures = `(${orZero(`sum(rate(dsmil_errors_total[${WINDOW}]))`)})`;
  return [
    targetsUp("Programs up", 'job="services"'),
    targetsUp("Targets up", ""),
    firingAlerts(),
    gauged(
      {
        title: "Requests",
        description:
          "Events and requests that all programs processed, a second. One event counts in each layer it passes.",
        unit: "reqps",
        expr: orZero(requests),
        legend: "requests",
      },
      { look: "number", width: 4 },
    ),
    gauged(
      {
        title: "Errors",
        description: "Failures as a share of what was processed, over 5 minutes.",
        unit: "percentunit",
        expr: orZero(`${failures} / (${requests} > 0)`),
        legend: "errors",
      },
      { look: "number", width: 4, steps: atMost(0.01, 0.001) },
    ),
    gauged(
      {
        title: "Devices served",
        description: "Devices with a running program, on all nodes.",
        unit: "none",
        expr: "count(count by (device) (dsmil_active_devices))",
        legend: "devices",
      },
      { look: "number", width: 4 },
    ),
  ];
}

function traffic() {
  return [
    counted(
      {
        title: "Requests by layer",
        description: "Events and requests that the programs of a layer processed, a second.",
        counter: "dsmil_requests_total",
        by: ["layer"],
      },
      { unit: "reqps" },
    ),
    counted({
      title: "Errors by kind",
      description: "Failures of all programs, by kind: what they depend on, or their own.",
      counter: "dsmil_errors_total",
      by: ["error_type"],
    }),
    counted({
      title: "Kept aside",
      description:
        "Lines and events that could not be understood, by reason; they are on the tenant's stream of rejects.",
      counter: "dsmil_rejected_total",
      by: ["reason"],
    }),
  ];
}

function latency(q: number) {
  return gauged({
    title: `p${q * 100} by layer`,
    description: `${q * 100} % of what a layer's programs processed took at most this long. Layers with no traffic have no line.`,
    unit: "s",
    expr: quantile(q, { histogram: LATENCY, by: "layer" }),
    legend: "{{layer}}",
  });
}

function fleet() {
  return [
    gauged(
      {
        title: "Devices by node",
        description: "Devices with a running program, by node and layer.",
        unit: "none",
        expr: "count by (node, layer) (count by (node, layer, device) (dsmil_active_devices))",
        legend: "{{node}} {{layer}}",
      },
      { look: "bars", width: 6 },
    ),
    gauged(
      {
        title: "Memory by node",
        description: "What the containers of a node hold.",
        unit: "bytes",
        expr: "sum by (node) (dsmil_container_memory_bytes)",
        legend: "{{node}}",
      },
      { width: 6 },
    ),
    gauged(
      {
        title: "CPU by node",
        description: "Cores that the containers of a node keep busy.",
        unit: "short",
        expr: `sum by (node) (rate(dsmil_container_cpu_seconds_total[${WINDOW}]))`,
        legend: "{{node}}",
      },
      { width: 6 },
    ),
    gauged(
      {
        title: "Messages between nodes",
        description: "Requests that came over the bus from another node, a second, by the node they came to.",
        unit: "cps",
        expr: orZero(
          `sum by (node) (rate(dsmil_dbe_messages_total{direction="link_in"}[${WINDOW}]))`,
          FLEET_IS_SCRAPED,
        ),
        legend: "{{node}}",
      },
      { width: 6, needs: ["dbe-gateway"] },
    ),
  ];
}
