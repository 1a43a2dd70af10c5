import { Turns } from "../../runtime/bus/turns.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../runtime/dbe/codec/error.ts";
import type { Envelope } from "../../runtime/dbe/codec/types.ts";
import type { Handler } from "../../runtime/dbe/local/inbox.ts";
import { roeTokenOf } from "../../runtime/dbe/roe-token.ts";
import type { Log } from "../../runtime/log.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import { safeJson } from "../../runtime/safe-json.ts";
import { type CoaQuestion, MAX_COA_BYTES, parseCoaQuestion } from "../../runtime/soc/coa.ts";
import type { CoaEngine } from "./engine.ts";

export interface CoaHandlerParts {
  readonly tenant: string;
  readonly engine: CoaEngine;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** The L7 router, which speaks for users: each of its messages says for whom. */
const L7_ROUTER = 43;

/**
 * Answers L9_COA_REQ with L9_COA_RESP. The gateways have checked tenant, ROE token and claim; that they are there, and
 * are ours, is checked again here.
 */
export function coaHandler({ tenant, engine, metrics, log }: CoaHandlerParts): Handler {
  const turns = new Turns();
  return async (message, signal) => {
    const begun = performance.now();
    const { source, messageId, payload } = message;
    const refused = refusalOf(message, tenant);
    if (refused) {
      log.error({ audit: true, source, reason: refused.reason, detail: refused.detail }, "question refused");
      metrics.failed("denied");
      throw refused;
    }
    const question = parsed(payload);
    const about = messageId.toString("hex");
    const answer = await turns
      .take(() => engine.answer(question, about), signal)
      .catch((error: Error) => {
        if (error instanceof DbeError) log.warn({ reason: error.reason, detail: error.detail }, "no answer");
        throw signal.aborted ? new DbeError("TIMEOUT", "its turn did not come in time") : error;
      });
    const { result, reasons, options } = answer;
    log.info({ audit: true, about, result, reasons, options: options.map(({ id }) => id) }, "courses of action");
    metrics.processed("L9_COA", 1, (performance.now() - begun) / 1000);
    const tlvs = { roeTokenId: roeTokenOf(source) };
    return { type: TYPES.L9_COA_RESP, payload: Buffer.from(safeJson(answer)), tlvs };
  };
}

function refusalOf({ tlvs, destination, source }: Envelope, tenant: string): DbeError | undefined {
  if (tlvs.tenantId !== tenant) return new DbeError("TENANT_MISMATCH", `this service is of ${tenant}`);
  if (tlvs.roeTokenId !== roeTokenOf(destination)) return new DbeError("INVALID_ROE_TOKEN", "not this device's token");
  if (source === L7_ROUTER && !tlvs.claimToken)
    return new DbeError("MISSING_CLAIM_TOKEN", "a question without a claim");
  return undefined;
}

function parsed(payload: Buffer): CoaQuestion {
  if (payload.length > MAX_COA_BYTES) throw new DbeError("TOO_LARGE", `a question of ${payload.length} bytes`);
  try {
    return parseCoaQuestion(JSON.parse(payload.toString("utf8")));
  } catch (error) {
    throw new DbeError("MALFORMED", `the question: ${(error as Error).message}`, { cause: error });
  }
}
