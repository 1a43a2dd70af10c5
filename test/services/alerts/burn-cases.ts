import { PACES, type Pace, WINDOWS } from "../../../infra/render/prometheus-rules/slo-parts.ts";
import type { AlertCase, Series } from "./case.ts";

const DEVICE = 'layer="L3",device="18",device_id="18"';
const TARGET = `job="services",service="l3-router",tenant="alpha",container="dsmil-l3-router-alpha",${DEVICE}`;

/** Share of time, or of requests, that may fail: 99.9 %. */
const BUDGET = 0.001;
const LATENCY_BUDGET = 0.01;
/** Samples are a minute apart. */
const MINUTE = 60;

/** Samples of a pace's long window. */
const samples = ({ long }: Pace): number => (WINDOWS.get(long) ?? 0) / MINUTE;

/** What is down a share of the time is, on average, up so far at each look. */
const availability = (pace: Pace, share: number): Series[] => [
  [`up{${TARGET}}`, `${1 - share}+0x${samples(pace) + 5}`],
];

const counters = (labels: string, of: string, pace: Pace, each: number): Series => [
  `${of}{${labels}}`,
  `0+${each}x${samples(pace) + 5}`,
];

function errors(pace: Pace, share: number): Series[] {
  const labels = `tenant_id="ALPHA",${DEVICE}`;
  return [
    counters(`${labels},msg_type="L3"`, "dsmil_requests_total", pace, 100_000),
    counters(`${labels},error_type="internal"`, "dsmil_errors_total", pace, Math.round(share * 100_000)),
    // A refusal is no failure.
    counters(`${labels},error_type="denied"`, "dsmil_errors_total", pace, 50_000),
  ];
}

function latency(pace: Pace, share: number): Series[] {
  const labels = `tenant_id="ALPHA",${DEVICE}`;
  const name = "dsmil_request_latency_seconds";
  return [
    counters(labels, `${name}_count`, pace, 100_000),
    counters(`${labels},le="0.05"`, `${name}_bucket`, pace, 100_000 - Math.round(share * 100_000)),
    counters(`${labels},le="+Inf"`, `${name}_bucket`, pace, 100_000),
  ];
}

/** All three promises broken alike: one play tells of every alert of a pace. */
const broken = (pace: Pace, much: number): Series[] => [
  ...availability(pace, much * pace.factor * BUDGET),
  ...errors(pace, much * pace.factor * BUDGET),
  ...latency(pace, much * pace.factor * LATENCY_BUDGET),
];

/** A little above the pace, and a little below. */
const AROUND = { fires: 1.05, quiet: 0.95 };

/** Every error budget, spent a little faster and a little slower than the pace. */
export const burnCases: readonly AlertCase[] = (["Layer", "Tenant"] as const).flatMap((subject) =>
  (["Availability", "Errors", "Latency"] as const).flatMap((what) =>
    PACES.map(
      (pace): AlertCase => ({
        alert: `${subject}${what}Burn${pace.name}`,
        labels: {
          severity: pace.severity,
          layer: "L3",
          slo: what.toLowerCase(),
          ...(subject === "Tenant" && { tenant: "alpha" }),
        },
        fires: broken(pace, AROUND.fires),
        quiet: broken(pace, AROUND.quiet),
        at: `${samples(pace) + 4}m`,
        interval: "1m",
      }),
    ),
  ),
);
