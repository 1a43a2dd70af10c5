import type pg from "pg";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import type { Envelope } from "../../runtime/dbe/codec/types.ts";
import type { Handler } from "../../runtime/dbe/local/inbox.ts";
import type { Officer } from "../../runtime/dbe/officers/officers.ts";
import { parseOrder, type StopOrder } from "../../runtime/stop/stop-order.ts";
import type { StopRecord } from "../../runtime/stop/stop-record.ts";
import { type Queries, readStopState, type StopState } from "../../runtime/stop/stop-state.ts";
import { checkAddress, signersOf } from "./check.ts";
import { ACTIONS } from "./gate-log.ts";
import type { GateParts } from "./handler.ts";
import { checkLife } from "./query.ts";

/** Answer about the emergency stop, payload of L9_STOP_RESP. */
export interface StopAnswer {
  readonly tenant_id: string;
  readonly stopped: boolean;
  /** The stop's nonce, which a release names; null while nothing is stopped. */
  readonly stop: string | null;
  readonly since: string | null;
  /** Row of audit_log about this order; null for a question. */
  readonly audit_id: string | null;
}

/** Signatures that an order needs: whoever sees a danger may stop, and two must agree that it is over. */
const NEEDED = { stop: 1, release: 2 } as const;

/** Answers L9_STOP_REQ: tells the state, or records an order that its officers signed. */
export function stopHandler(parts: GateParts): Handler {
  const { self, schema, officers, records, refusals, turns, metrics, log } = parts;
  const { tenant, device } = self;
  const state = (db: Queries): Promise<StopState> => readStopState(db, schema, tenant, officers());

  async function done(message: Envelope, order: Exclude<StopOrder, { order: "state" }>): Promise<StopAnswer> {
    checkLife(order, Date.now());
    const record = recordOf(message, order, signersOf(message, officers(), NEEDED[order.order]));
    const before = order.order === "release" ? (client: pg.PoolClient) => inForce(order.releases, client) : undefined;
    const { id, found } = await records.grant(ACTIONS[order.order], record, {
      ...(before && { before }),
      after: state,
    });
    log.warn({ audit: true, order: order.order, row: id, signers: record.signers }, "emergency order recorded");
    return answerOf(tenant, found, id);
  }

  async function inForce(stop: string, client: pg.PoolClient): Promise<void> {
    const now = await state(client);
    if (!now.stopped || now.nonce !== stop) throw new DbeError("MALFORMED", "it releases no stop that is in force");
  }

  return async (message, signal) => {
    let action: (typeof ACTIONS)[keyof typeof ACTIONS] = ACTIONS.state;
    try {
      checkAddress(message, { tenant, device, officers: officers(), now: Date.now() });
      const order = parseOrder(message.payload);
      action = ACTIONS[order.order];
      const answer =
        order.order === "state"
          ? answerOf(tenant, await turns.take(() => records.look(state), signal), null)
          : await turns.take(() => done(message, order), signal);
      metrics.processed("L9_STOP", 1);
      return { type: TYPES.L9_STOP_RESP, payload: Buffer.from(JSON.stringify(answer)) };
    } catch (error) {
      throw await refusals.of(error, message, action, signal);
    }
  };
}

function answerOf(tenant: string, state: StopState, row: string | null): StopAnswer {
  const now = state.stopped ? { stop: state.nonce, since: state.since } : { stop: null, since: null };
  return { tenant_id: tenant, stopped: state.stopped, ...now, audit_id: row };
}

function recordOf(
  { messageId, payload, tlvs, source }: Envelope,
  order: Exclude<StopOrder, { order: "state" }>,
  signers: readonly Officer[],
): StopRecord {
  const signatures = [tlvs.signatureA, tlvs.signatureB].slice(0, signers.length);
  return {
    messageId: messageId.toString("hex"),
    source,
    payload: payload.toString("utf8"),
    signatures: signatures.map((one) => one?.toString("hex") ?? ""),
    nonce: order.nonce,
    ...(order.order === "release" && { releases: order.releases }),
    signers: signers.map(({ id, person }) => ({ key: id, person })),
  };
}
