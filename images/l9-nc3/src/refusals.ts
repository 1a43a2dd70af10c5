import { DbeError } from "../../runtime/dbe/codec/error.ts";
import type { Envelope } from "../../runtime/dbe/codec/types.ts";
import type { Log } from "../../runtime/log.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import type { GateAction, GateLog } from "./gate-log.ts";

export interface RefusalParts {
  readonly tenant: string;
  readonly records: GateLog;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Rows about refusals in a minute at most; further ones are in the log and the gateways' trail alone. */
const PER_MINUTE = 60;

/** Tells of refusals: each in the log, up to a number a minute in the tenant's audit log. */
export class Refusals {
  private readonly parts: RefusalParts;
  private minute = 0;
  private count = 0;

  constructor(parts: RefusalParts) {
    this.parts = parts;
  }

  /** The refusal that an error is, once it was told; other errors are passed on. */
  async of(error: unknown, message: Envelope, action: GateAction, signal: AbortSignal): Promise<unknown> {
    const late = signal.aborted && !(error instanceof DbeError);
    const refusal = late ? new DbeError("TIMEOUT", "its turn did not come in time") : error;
    if (refusal instanceof DbeError) await this.tell(refusal, message, action);
    return refusal;
  }

  private async tell({ reason, detail }: DbeError, message: Envelope, action: GateAction): Promise<void> {
    const { tenant, records, metrics, log } = this.parts;
    const about = { messageId: message.messageId.toString("hex"), source: message.source, reason };
    log.warn({ audit: true, action, ...about, detail }, "refused");
    metrics.failed("denied");
    // What is another tenant's does not belong into this one's log; without the store there is nothing to write to.
    if (message.tlvs.tenantId !== tenant || reason === "AUDIT_UNAVAILABLE") return;
    const present = Math.floor(performance.now() / 60_000);
    this.count = present === this.minute ? this.count + 1 : 1;
    this.minute = present;
    if (this.count > PER_MINUTE) return;
    await records
      .refuse(action, about)
      .catch((error: Error) => log.error({ ...about, err: error }, "refusal not recorded"));
  }
}
