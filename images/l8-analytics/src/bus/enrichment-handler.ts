import { questionHandler } from "../../../runtime/bus/question-handler.ts";
import { Turns } from "../../../runtime/bus/turns.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import type { Handler } from "../../../runtime/dbe/local/inbox.ts";
import type { Log } from "../../../runtime/log.ts";
import type { Metrics } from "../../../runtime/metrics.ts";
import { MAX_ENRICHMENT_BYTES, parseEnrichment } from "../../../runtime/soc/enrichment.ts";
import type { Enricher } from "../enrich/enricher.ts";

export interface EnrichmentParts {
  readonly tenant: string;
  readonly enricher: Enricher;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Answers L8_SOC_EVENT_ENRICHMENT with L8_PROPOSAL, one question after the other. */
export function enrichmentHandler({ tenant, enricher, metrics, log }: EnrichmentParts): Handler {
  const turns = new Turns();
  return questionHandler({
    ...{ tenant, metrics, log, claimed: true, counted: "SOC_ENRICH" },
    ...{ answerType: TYPES.L8_PROPOSAL, maxBytes: MAX_ENRICHMENT_BYTES, parse: parseEnrichment },
    answer: (question, _asker, end) => turns.take(() => enricher.answer(question), end),
  });
}
