import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Handler } from "../../../runtime/dbe/local/inbox.ts";
import { type HealthEvent, MAX_HEALTH_BYTES, parseHealthEvent } from "../../../runtime/health-event.ts";
import type { Metrics } from "../../../runtime/metrics.ts";

export interface HealthHandlerParts {
  readonly tenant: string;
  readonly metrics: Metrics;
  /** Puts a report's text on HEALTH_EVENTS; throws when it could not. */
  readonly append: (event: string) => Promise<void>;
}

/** Reports that are taken of one device in a minute: two replicas that change every few seconds stay below it. */
const MOST_PER_MINUTE = 120;

/** Takes HEALTH from devices without a way to Redis and puts it where our own health goes. */
export function healthHandler({ tenant, metrics, append }: HealthHandlerParts): Handler {
  const taken = new Map<number, number>();
  let minute = 0;
  return async ({ tlvs, payload, source }) => {
    if (tlvs.tenantId !== tenant) throw new DbeError("TENANT_MISMATCH", `this service is of ${tenant}`);
    const now = Math.floor(performance.now() / 60_000);
    if (now !== minute) taken.clear();
    minute = now;
    const count = (taken.get(source) ?? 0) + 1;
    if (count > MOST_PER_MINUTE) throw new DbeError("OVERLOADED", `${count} reports of device ${source} in a minute`);
    taken.set(source, count);

    const report = parsed(payload);
    if (report.device_id !== source) {
      throw new DbeError("DEVICE_NOT_ALLOWED", `device ${source} reports on device ${report.device_id}`);
    }
    if (report.tenant_id !== undefined && report.tenant_id !== tenant) {
      throw new DbeError("TENANT_MISMATCH", `a report on ${report.tenant_id}`);
    }
    await append(JSON.stringify(report)).catch((error: Error) => {
      throw new DbeError("DESTINATION_UNAVAILABLE", `the stream: ${error.message}`, { cause: error });
    });
    metrics.processed("HEALTH_RELAY", 1);
    return undefined;
  };
}

function parsed(payload: Buffer): HealthEvent {
  if (payload.length > MAX_HEALTH_BYTES) throw new DbeError("TOO_LARGE", `a report of ${payload.length} bytes`);
  try {
    return parseHealthEvent(payload.toString("utf8"));
  } catch (error) {
    throw new DbeError("MALFORMED", `the report: ${(error as Error).message}`, { cause: error });
  }
}
