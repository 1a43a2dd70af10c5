import type { Model } from "../../model/types.ts";

/** Who a service level is counted for: a layer as a whole, or each tenant in it. */
export type Subject = "layer" | "tenant";

/** What a service level promises. */
export type Objective = "availability" | "errors" | "latency";

/** A pair of windows: the budget of a month is spent `factor` times too fast over both of them. */
export interface Pace {
  /** Last part of the alert's name. */
  readonly name: string;
  readonly long: string;
  readonly short: string;
  readonly factor: number;
  readonly severity: "critical" | "warning";
}

/** The windows of Google's SRE workbook, chapter 5: 2 %, 5 %, 10 % and 10 % of a month's budget. */
export const PACES: readonly Pace[] = [
  { name: "Hour", long: "1h", short: "5m", factor: 14.4, severity: "critical" },
  { name: "SixHours", long: "6h", short: "30m", factor: 6, severity: "critical" },
  { name: "Day", long: "1d", short: "2h", factor: 3, severity: "warning" },
  { name: "ThreeDays", long: "3d", short: "6h", factor: 1, severity: "warning" },
];

/** Each window once, shortest first, with its seconds. */
export const WINDOWS: ReadonlyMap<string, number> = new Map([
  ["5m", 300],
  ["30m", 1_800],
  ["1h", 3_600],
  ["2h", 7_200],
  ["6h", 21_600],
  ["1d", 86_400],
  ["3d", 259_200],
]);

/** Time between two computations of the groups of service levels, seconds. */
export const SLO_INTERVAL_SECONDS = 30;

/** Share of requests that may be slower than the layer's p99. */
export const LATENCY_BUDGET = 0.01;

/** Bounds of `dsmil_request_latency_seconds`, seconds; a test compares them with the services'. */
export const LATENCY_BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10] as const;

/**
 * Devices at which a layer's latency and throughput are measured (Phase 5, §6.1): of a layer that also writes texts or
 * keeps logs the sum would say nothing.
 */
const LATENCY_POINTS: Readonly<Record<string, number>> = { L3: 18, L4: 25, L5: 33, L6: 37, L7: 43, L8: 58, L9: 59 };
const THROUGHPUT_POINTS: Readonly<Record<string, number>> = { L3: 18, L4: 25, L7: 43, L8: 52 };

type Parts = Pick<Model, "services">;

/** Label matchers of a layer's latency: its point, or all of the layer where no service speaks for that device. */
export const latencyPoint = (model: Parts, layer: string): string => point(model, layer, LATENCY_POINTS[layer]);

/** Label matchers of a layer's throughput. */
export const throughputPoint = (model: Parts, layer: string): string => point(model, layer, THROUGHPUT_POINTS[layer]);

function point({ services }: Parts, layer: string, device: number | undefined): string {
  const served = device !== undefined && services.some((service) => service.device === device);
  return served ? `device_id="${device}"` : `layer="${layer}"`;
}

/** Labels of the series of a subject. */
export const labelsOf = (subject: Subject): string => (subject === "layer" ? "layer" : "layer, tenant_id");

/** Requests a second that took `seconds` at most: between two bounds as `histogram_quantile` sees it, evenly spread. */
export function fastRate(subject: Subject, matchers: string, seconds: number): string {
  const by = subject === "layer" ? "" : " by (tenant_id)";
  const rate = (bound: number): string =>
    `sum${by} (rate(dsmil_request_latency_seconds_bucket{${matchers},le="${bound}"}[5m]))`;
  const upper = LATENCY_BOUNDS.find((bound) => bound >= seconds);
  if (upper === undefined) return rate(LATENCY_BOUNDS[LATENCY_BOUNDS.length - 1] ?? 10);
  if (upper === seconds) return rate(upper);
  const lower = LATENCY_BOUNDS.filter((bound) => bound < seconds).at(-1);
  const share = (seconds - (lower ?? 0)) / (upper - (lower ?? 0));
  if (lower === undefined) return `${round(share)} * ${rate(upper)}`;
  return `${round(1 - share)} * ${rate(lower)} + ${round(share)} * ${rate(upper)}`;
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;
