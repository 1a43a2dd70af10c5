import { DbeError } from "../dbe/codec/error.ts";
import type { Envelope } from "../dbe/codec/types.ts";
import type { Handler, Reply } from "../dbe/local/inbox.ts";
import { roeTokenOf } from "../dbe/roe-token.ts";
import { DEVICES } from "../devices.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { safeJson } from "../safe-json.ts";

/** Who asks, as the gateways have proved it. */
export interface Asker {
  /** Upper-case tenant id. */
  readonly tenant: string;
  /** Device that asks. */
  readonly source: number;
  /** Hex; the gateways' trail names the message by it. */
  readonly messageId: string;
}

export interface QuestionHandlerParts<Q> {
  /** Upper-case id of the only tenant that is answered; a service of all tenants leaves it out. */
  readonly tenant?: string;
  /** The only devices that may ask (default: any that speaks for the tenant). */
  readonly askers?: readonly number[];
  /** Type of the answers. */
  readonly answerType: number;
  /** Whether questions must have this device's ROE token; answers then have that of who asked (default: no). */
  readonly strategic?: true;
  /** Whether every question must carry a claim (default: only those of the L7 router). */
  readonly claimed?: true;
  /** Longest question, bytes. */
  readonly maxBytes: number;
  /** Reads a question's JSON; throws an Error that names what is wrong. */
  readonly parse: (body: unknown) => Q;
  /** The answer, an object; `tenant_id` is added. May throw a DbeError. */
  readonly answer: (question: Q, asker: Asker, signal: AbortSignal) => Promise<object>;
  /** Value of the label `msg_type` in metrics. */
  readonly counted: string;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Answers questions in JSON. The gateways have checked tenant and claim; that they are there, and are ours, is checked
 * again here. What is wrong with a question is told to the asker with MALFORMED alone, so routers check it before.
 */
export function questionHandler<Q>(parts: QuestionHandlerParts<Q>): Handler {
  const { answerType, counted, metrics, log } = parts;
  return async (message, signal): Promise<Reply> => {
    const begun = performance.now();
    const { source, messageId, tlvs, payload } = message;
    const refused = refusalOf(message, parts);
    if (refused) {
      log.error({ audit: true, source, reason: refused.reason, detail: refused.detail }, "question refused");
      metrics.failed("denied");
      throw refused;
    }
    const tenant = tlvs.tenantId as string;
    const question = parsed(payload, parts);
    const answer = await parts
      .answer(question, { tenant, source, messageId: messageId.toString("hex") }, signal)
      .catch((error: Error) => {
        if (error instanceof DbeError) log.warn({ reason: error.reason, detail: error.detail }, "no answer");
        throw signal.aborted ? new DbeError("TIMEOUT", "not answered in time") : error;
      });
    metrics.processed(counted, 1, (performance.now() - begun) / 1000, tenant);
    const token = parts.strategic && { tlvs: { roeTokenId: roeTokenOf(source) } };
    return { type: answerType, payload: Buffer.from(safeJson({ tenant_id: tenant, ...answer })), ...token };
  };
}

function refusalOf(
  { tlvs, source, destination }: Envelope,
  {
    tenant,
    askers,
    strategic,
    claimed,
  }: Pick<QuestionHandlerParts<unknown>, "tenant" | "askers" | "strategic" | "claimed">,
) {
  if (tlvs.tenantId === undefined) return new DbeError("MISSING_TENANT", "no tenant");
  if (tenant !== undefined && tlvs.tenantId !== tenant) {
    return new DbeError("TENANT_MISMATCH", `this service is of ${tenant}`);
  }
  if (strategic && tlvs.roeTokenId !== roeTokenOf(destination)) {
    return new DbeError("INVALID_ROE_TOKEN", "not this device's token");
  }
  if (askers && !askers.includes(source)) {
    return new DbeError("DEVICE_NOT_ALLOWED", `device ${source} may not ask here`);
  }
  if ((claimed || source === DEVICES.l7Router) && !tlvs.claimToken) {
    return new DbeError("MISSING_CLAIM_TOKEN", "a question without a claim");
  }
  return undefined;
}

function parsed<Q>(payload: Buffer, { maxBytes, parse }: Pick<QuestionHandlerParts<Q>, "maxBytes" | "parse">): Q {
  if (payload.length > maxBytes) throw new DbeError("TOO_LARGE", `a question of ${payload.length} bytes`);
  try {
    return parse(JSON.parse(payload.toString("utf8")));
  } catch (error) {
    throw new DbeError("MALFORMED", `the question: ${(error as Error).message}`, { cause: error });
  }
}
