import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { MAX_COA_BYTES, parseCoaQuestion } from "../../../runtime/soc/coa.ts";
import { MAX_COALITION_BYTES, MAX_EXPORT_BYTES, parseExport, parseImport } from "../../../runtime/soc/coalition.ts";
import { EnrichmentError, MAX_ENRICHMENT_BYTES, parseEnrichment } from "../../../runtime/soc/enrichment.ts";
import { MAX_STRATEGY_BYTES, parseStrategyQuestion } from "../../../runtime/soc/strategy.ts";
import { ApiError } from "../api-error.ts";
import type { DeviceClient } from "../devices/device-client.ts";
import type { ApiKey } from "../key-ring.ts";
import { SOC_DEVICES } from "./soc-devices.ts";

const JSON_TYPE = "application/json; charset=utf-8";
const COALITION = [
  ["export", MAX_EXPORT_BYTES, parseExport],
  ["import", MAX_COALITION_BYTES, parseImport],
] as const;

/**
 * `POST /v1/soc/enrich`: what the caller's tenant knows of an event or an indicator; `POST /v1/soc/coa`: what could be done
 * about it; `POST /v1/soc/strategy`: where the tenant stands and what it should do first;
 * `POST /v1/soc/coalition/export` and `/import`: what a partner may be told, and what of a partner's bundle was seen.
 * @param callerOf who sent a request, as the API's key check found it
 * @param admit takes a request off the tenant's limits; headers that say what is left
 */
export function addSocRoutes(
  app: FastifyInstance,
  devices: DeviceClient,
  callerOf: (request: FastifyRequest) => ApiKey,
  admit: (caller: ApiKey) => Readonly<Record<string, string>>,
): void {
  app.post("/v1/soc/enrich", { bodyLimit: MAX_ENRICHMENT_BYTES }, async (request, reply) => {
    const answer = await devices.ask(callerOf(request), SOC_DEVICES.enrich, questionIn(request.body, parseEnrichment));
    return reply.type(JSON_TYPE).send(answer);
  });
  app.post("/v1/soc/coa", { bodyLimit: MAX_COA_BYTES }, async (request, reply) => {
    const answer = await devices.ask(callerOf(request), SOC_DEVICES.coa, questionIn(request.body, parseCoaQuestion));
    return reply.type(JSON_TYPE).send(answer);
  });
  // Before the body is read: what is refused for what it says costs as much of the router, which all tenants share.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.headers(admit(callerOf(request)));
  };
  app.post("/v1/soc/strategy", { bodyLimit: MAX_STRATEGY_BYTES, onRequest }, async (request, reply) => {
    const question = questionIn(request.body, parseStrategyQuestion);
    const answer = await devices.ask(callerOf(request), SOC_DEVICES.strategy, question);
    return reply.type(JSON_TYPE).send(answer);
  });
  for (const [ask, bodyLimit, parse] of COALITION) {
    app.post(`/v1/soc/coalition/${ask}`, { bodyLimit, onRequest }, async (request, reply) => {
      const question = questionIn<object>(request.body, parse);
      const answer = await devices.ask(callerOf(request), SOC_DEVICES.coalition, question);
      return reply.type(JSON_TYPE).send(answer);
    });
  }
}

function questionIn<T>(body: unknown, parse: (body: unknown) => T): T {
  try {
    return parse(body);
  } catch (error) {
    if (!(error instanceof EnrichmentError)) throw error;
    throw new ApiError(400, "invalid_request", error.message, error.param);
  }
}
