import { Turns } from "../../../runtime/bus/turns.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Handler } from "../../../runtime/dbe/local/inbox.ts";
import type { Log } from "../../../runtime/log.ts";
import type { Metrics } from "../../../runtime/metrics.ts";
import { safeJson } from "../../../runtime/safe-json.ts";
import { MAX_ENRICHMENT_BYTES, parseEnrichment } from "../../../runtime/soc/enrichment.ts";
import type { Enricher } from "../enrich/enricher.ts";

export interface EnrichmentParts {
  readonly tenant: string;
  readonly enricher: Enricher;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Answers L8_SOC_EVENT_ENRICHMENT with L8_PROPOSAL. The gateway has verified tenant and claim; that they are there, and
 * are ours, is checked again here.
 */
export function enrichmentHandler({ tenant, enricher, metrics, log }: EnrichmentParts): Handler {
  const turns = new Turns();
  return async ({ tlvs, payload, source }, signal) => {
    const begun = performance.now();
    if (tlvs.tenantId !== tenant) {
      log.error({ audit: true, source, asked: tlvs.tenantId }, "question for another tenant reached this service");
      throw new DbeError("TENANT_MISMATCH", `this service is of ${tenant}`);
    }
    if (!tlvs.claimToken) throw new DbeError("MISSING_CLAIM_TOKEN", "a question without a claim");
    const question = parsed(payload);
    const answer = await turns
      .take(() => enricher.answer(question), signal)
      .catch((error: Error) => {
        if (error instanceof DbeError)
          log.warn({ reason: error.reason, detail: error.detail }, "question not answered");
        throw signal.aborted ? new DbeError("TIMEOUT", "its turn did not come in time") : error;
      });
    metrics.processed("SOC_ENRICH", 1, (performance.now() - begun) / 1000);
    return { type: TYPES.L8_PROPOSAL, payload: Buffer.from(safeJson(answer)) };
  };
}

function parsed(payload: Buffer) {
  if (payload.length > MAX_ENRICHMENT_BYTES) throw new DbeError("TOO_LARGE", `a question of ${payload.length} bytes`);
  try {
    return parseEnrichment(JSON.parse(payload.toString("utf8")));
  } catch (error) {
    throw new DbeError("MALFORMED", `the question: ${(error as Error).message}`, { cause: error });
  }
}
