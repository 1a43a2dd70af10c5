import type { HealthReport, HealthStatus } from "./health.ts";
import type { Identity } from "./identity.ts";
import { safeJson } from "./safe-json.ts";
import { toUtc } from "./timestamp.ts";

/** A health report as the stream HEALTH_EVENTS has it: with the service and node that it is about. */
export interface HealthEvent extends HealthReport {
  readonly service: string;
  readonly node: string;
  readonly tenant_id?: string;
}

/** Longest text of a report, bytes. */
export const MAX_HEALTH_BYTES = 16 * 1024;

const MAX_CHECKS = 64;
const MAX_TEXT = 512;
const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;
const CHECK = /^[a-z][a-z0-9_]{0,63}$/;
const STATUSES: ReadonlySet<unknown> = new Set<HealthStatus>(["healthy", "degraded", "unhealthy"]);

/** A report's text for HEALTH_EVENTS, or for a HEALTH message. */
export function healthEvent({ service, node, tenant }: Identity, report: HealthReport): string {
  return JSON.stringify({ service, node, ...(tenant && { tenant_id: tenant }), ...report });
}

/**
 * Reads a report that another service sent; fields that are not known are left out.
 * @throws Error with what is wrong
 */
export function parseHealthEvent(text: string): HealthEvent {
  if (text.length > MAX_HEALTH_BYTES) throw new Error(`a report of more than ${MAX_HEALTH_BYTES} bytes`);
  const fields = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  const { service, node, tenant_id, status, device_id, layer, checks, last_check_timestamp } = fields ?? {};
  const ts = typeof last_check_timestamp === "string" ? toUtc(last_check_timestamp) : undefined;
  if (!matches(service, NAME) || !matches(node, NAME)) throw new Error("service or node is no name");
  if (tenant_id !== undefined && !matches(tenant_id, TENANT)) throw new Error("tenant_id is no tenant");
  if (!STATUSES.has(status)) throw new Error("status is none of healthy, degraded, unhealthy");
  if (!isWhole(device_id, 103) || !isWhole(layer, 9)) throw new Error("device_id or layer is out of range");
  if (ts === undefined) throw new Error("last_check_timestamp is no RFC 3339 time");
  return {
    ...{ service, node, ...(tenant_id !== undefined && { tenant_id }) },
    ...{ status: status as HealthStatus, device_id, layer, checks: readChecks(checks), last_check_timestamp: ts },
  };
}

function readChecks(value: unknown): HealthReport["checks"] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("checks is no object");
  const entries = Object.entries(value);
  if (entries.length > MAX_CHECKS) throw new Error(`more than ${MAX_CHECKS} checks`);
  for (const [name, found] of entries) {
    const good = typeof found === "boolean" || typeof found === "number" || typeof found === "string";
    if (!CHECK.test(name) || !good) throw new Error("a check's name or value has a wrong form");
  }
  const bounded = entries.map(([name, found]) => [name, typeof found === "string" ? found.slice(0, MAX_TEXT) : found]);
  return JSON.parse(safeJson(Object.fromEntries(bounded))) as HealthReport["checks"];
}

const matches = (value: unknown, pattern: RegExp): value is string => typeof value === "string" && pattern.test(value);

const isWhole = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
