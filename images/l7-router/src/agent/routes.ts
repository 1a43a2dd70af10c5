import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { JsonObject } from "../../../runtime/json-object.ts";
import { AGENT_LIMITS, type AgentToolAnswer, parseAgentRun } from "../../../runtime/l7/agent.ts";
import { TOOL_NAME } from "../../../runtime/l7/tool-call.ts";
import { EnrichmentError } from "../../../runtime/soc/enrichment.ts";
import { ApiError } from "../api-error.ts";
import type { Chat } from "../chat/chat.ts";
import type { DeviceClient } from "../devices/device-client.ts";
import type { ApiKey } from "../key-ring.ts";
import { AGENT_DEVICE } from "./agent-device.ts";
import { toolError } from "./tool-error.ts";

export interface AgentRoutesParts {
  readonly devices: DeviceClient;
  /** For the tenant's limits. */
  readonly chat: Chat;
  /** Who sent a request, as the API's key check found it. */
  readonly callerOf: (request: FastifyRequest) => ApiKey;
}

const JSON_TYPE = "application/json; charset=utf-8";
/** A character of text may take six in JSON. */
const BODY_LIMIT = AGENT_LIMITS.bytes - 1024;

/**
 * `GET /v1/tools`: which tools there are, and which the caller's tenant may call; `POST /v1/tools/:tool` calls one;
 * `POST /v1/agent/runs` lets an agent call them towards a goal.
 */
export function addAgentRoutes(app: FastifyInstance, { devices, chat, callerOf }: AgentRoutesParts): void {
  // Before the body is read, as for chats.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.headers(chat.admit(callerOf(request)));
  };
  app.get("/v1/tools", { onRequest }, async (request, reply) => {
    const answer = await devices.ask(callerOf(request), AGENT_DEVICE.catalogue, { catalogue: true });
    return reply.type(JSON_TYPE).send(answer);
  });
  app.post<{ Params: { tool: string } }>(
    "/v1/tools/:tool",
    { onRequest, bodyLimit: BODY_LIMIT },
    async (request, reply) => {
      const { tool } = request.params;
      if (!TOOL_NAME.test(tool)) throw toolError({ outcome: "unknown_tool", reasons: [] });
      const answer = await devices.ask(callerOf(request), AGENT_DEVICE.tool, { tool, input: inputIn(request.body) });
      const { outcome, reasons, error } = JSON.parse(answer) as AgentToolAnswer;
      if (outcome !== "ok") throw toolError({ outcome, reasons, ...(error !== undefined && { error }) });
      return reply.type(JSON_TYPE).send(answer);
    },
  );
  app.post("/v1/agent/runs", { onRequest, bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const answer = await devices.ask(callerOf(request), AGENT_DEVICE.run, { run: runIn(request.body) });
    return reply.type(JSON_TYPE).send(answer);
  });
}

function inputIn(body: unknown): JsonObject {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as JsonObject;
  throw new ApiError(400, "invalid_request", "The body, the tool's input, is no JSON object.");
}

function runIn(body: unknown) {
  try {
    return parseAgentRun(body);
  } catch (error) {
    if (!(error instanceof EnrichmentError)) throw error;
    throw new ApiError(400, "invalid_request", error.message, error.param);
  }
}
