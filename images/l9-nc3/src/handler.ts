import { Turns } from "../../runtime/bus/turns.ts";
import { requestDigest } from "../../runtime/dbe/claim/request-digest.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import type { Envelope } from "../../runtime/dbe/codec/types.ts";
import type { Handler } from "../../runtime/dbe/local/inbox.ts";
import type { Officers } from "../../runtime/dbe/officers/officers.ts";
import type { Log } from "../../runtime/log.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { checkQuery, type SignedQuery } from "./check.ts";
import type { GateLog, QueryFacts } from "./gate-log.ts";
import { type GateState, statusOf } from "./status.ts";

export interface GateParts {
  readonly self: Omit<GateState, "officers">;
  /** As they are now. */
  readonly officers: () => Officers;
  readonly records: GateLog;
  readonly metrics: Metrics;
  readonly log: Log;
  /** ms since 1970. */
  readonly now?: () => number;
}

/** Rows about refusals in a minute at most; further ones are in the log and the gateways' trail alone. */
const REFUSALS_PER_MINUTE = 60;

/** The gate: checks a query by itself, records it, and only then answers what it knows. */
export function gateHandler(parts: GateParts): Handler {
  const { self, officers, records, metrics, now = Date.now } = parts;
  const { tenant, device } = self;
  const turns = new Turns();
  const refused = refusals(parts);
  return async (message, signal) => {
    const begun = performance.now();
    try {
      const known = officers();
      const signed = checkQuery(message, { tenant, device, officers: known, now: now() });
      const facts = factsOf(message, signed);
      const recorded = await turns.take(() => records.grant(facts), signal);
      parts.log.info({ audit: true, about: facts.messageId, row: recorded.id }, "query answered");
      metrics.processed("L9_NC3", 1, (performance.now() - begun) / 1000);
      const status = statusOf({ ...self, officers: known.size }, recorded, now());
      return { type: TYPES.L9_NC3_RESP, payload: Buffer.from(JSON.stringify(status)) };
    } catch (error) {
      const late = signal.aborted && !(error instanceof DbeError);
      const reason = late ? new DbeError("TIMEOUT", "its turn did not come in time") : error;
      if (reason instanceof DbeError) await refused(message, reason);
      throw reason;
    }
  };
}

/** Tells of refusals: each in the log, up to a number a minute in the tenant's audit log. */
function refusals({ self, records, metrics, log }: GateParts) {
  let [minute, count] = [0, 0];
  return async ({ messageId, source, tlvs }: Envelope, { reason, detail }: DbeError): Promise<void> => {
    const about = { messageId: messageId.toString("hex"), source, reason };
    log.warn({ audit: true, ...about, detail }, "query refused");
    metrics.failed("denied");
    // What is another tenant's does not belong into this one's log; without the store there is nothing to write to.
    if (tlvs.tenantId !== self.tenant || reason === "AUDIT_UNAVAILABLE") return;
    const present = Math.floor(performance.now() / 60_000);
    count = present === minute ? count + 1 : 1;
    minute = present;
    if (count > REFUSALS_PER_MINUTE) return;
    await records.refuse(about).catch((error: Error) => log.error({ ...about, err: error }, "refusal not recorded"));
  };
}

function factsOf(message: Envelope, { query, signers }: SignedQuery): QueryFacts {
  return {
    messageId: message.messageId.toString("hex"),
    source: message.source,
    digest: requestDigest(message).toString("hex"),
    query: query.query,
    nonce: query.nonce,
    expiresAt: new Date(query.expiresAt).toISOString(),
    signers: signers.map(({ id, person }) => ({ key: id, person })),
  };
}
