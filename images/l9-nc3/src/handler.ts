import type { Turns } from "../../runtime/bus/turns.ts";
import { requestDigest } from "../../runtime/dbe/claim/request-digest.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../runtime/dbe/codec/types.ts";
import type { Handler } from "../../runtime/dbe/local/inbox.ts";
import type { Officers } from "../../runtime/dbe/officers/officers.ts";
import type { Log } from "../../runtime/log.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { readStopState } from "../../runtime/stop/stop-state.ts";
import { checkQuery, type SignedQuery } from "./check.ts";
import { ACTIONS, type GateLog } from "./gate-log.ts";
import { countQueries } from "./query-counts.ts";
import type { Refusals } from "./refusals.ts";
import { type GateState, statusOf } from "./status.ts";

export interface GateParts {
  readonly self: Omit<GateState, "officers">;
  /** `dsmil_alpha` */
  readonly schema: string;
  /** As they are now. */
  readonly officers: () => Officers;
  readonly records: GateLog;
  readonly refusals: Refusals;
  readonly turns: Turns;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Answers L9_NC3_QUERY: checks a query by itself, records it, and only then tells what the gate knows. */
export function queryHandler(parts: GateParts): Handler {
  const { self, schema, officers, records, refusals, turns, metrics, log } = parts;
  const { tenant, device } = self;
  return async (message, signal) => {
    const begun = performance.now();
    try {
      const known = officers();
      const facts = factsOf(message, checkQuery(message, { tenant, device, officers: known, now: Date.now() }));
      const after = async (client: Parameters<typeof countQueries>[0]) => ({
        counts: await countQueries(client, records),
        stop: await readStopState(client, schema, tenant, known),
      });
      const recorded = await turns.take(() => records.grant(ACTIONS.query, facts, { after }), signal);
      log.info({ audit: true, about: facts.messageId, row: recorded.id }, "query answered");
      metrics.processed("L9_NC3", 1, (performance.now() - begun) / 1000);
      const status = statusOf({ ...self, officers: known.size }, recorded, Date.now());
      return { type: TYPES.L9_NC3_RESP, payload: Buffer.from(JSON.stringify(status)) };
    } catch (error) {
      throw await refusals.of(error, message, ACTIONS.query, signal);
    }
  };
}

/** What is kept of a query. */
function factsOf(message: Envelope, { query, signers }: SignedQuery) {
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
