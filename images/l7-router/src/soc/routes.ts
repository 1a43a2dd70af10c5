import type { FastifyInstance, FastifyRequest } from "fastify";
import { EnrichmentError, MAX_ENRICHMENT_BYTES, parseEnrichment } from "../../../runtime/soc/enrichment.ts";
import { ApiError } from "../api-error.ts";
import type { ApiKey } from "../key-ring.ts";
import type { Enricher } from "./enricher.ts";

/**
 * `POST /v1/soc/enrich`: what the caller's tenant knows of an event or an indicator.
 * @param callerOf who sent a request, as the API's key check found it
 */
export function addSocRoutes(
  app: FastifyInstance,
  enricher: Enricher,
  callerOf: (request: FastifyRequest) => ApiKey,
): void {
  app.post("/v1/soc/enrich", { bodyLimit: MAX_ENRICHMENT_BYTES }, async (request, reply) => {
    const answer = await enricher.ask(callerOf(request), questionIn(request.body));
    return reply.type("application/json; charset=utf-8").send(answer);
  });
}

function questionIn(body: unknown) {
  try {
    return parseEnrichment(body);
  } catch (error) {
    if (!(error instanceof EnrichmentError)) throw error;
    throw new ApiError(400, "invalid_request", error.message, error.param);
  }
}
