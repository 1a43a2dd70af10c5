import multipart from "@fastify/multipart";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { MAX_BASE64, type SpeechAnswer, type VisionAnswer } from "../../../runtime/l7/perception.ts";
import type { DeviceClient } from "../devices/device-client.ts";
import type { ApiKey } from "../key-ring.ts";
import { askPerception } from "./ask.ts";
import { type AudioRequest, FORM_LIMITS, readAudioForm } from "./audio-request.ts";
import { parseVision } from "./vision-request.ts";

export interface PerceptionRoutesParts {
  readonly devices: DeviceClient;
  /** Takes a request from the tenant's limits; the headers that tell what is left. */
  readonly admit: (caller: ApiKey) => Readonly<Record<string, string>>;
  /** Who sent a request, as the API's key check found it. */
  readonly callerOf: (request: FastifyRequest) => ApiKey;
}

/** A picture and what is around it in the body. */
const BODY_LIMIT = MAX_BASE64 + 1024;

/** `POST /v1/vision/embeddings` and `POST /v1/audio/transcriptions`. */
export function addPerceptionRoutes(app: FastifyInstance, { devices, admit, callerOf }: PerceptionRoutesParts): void {
  // Before the body is read, as for chat: what is refused for what it says costs as much.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.headers(admit(callerOf(request)));
  };
  app.post("/v1/vision/embeddings", { bodyLimit: BODY_LIMIT, onRequest }, async (request) => {
    const image = parseVision(request.body);
    return embedded(await askPerception<VisionAnswer>(devices, callerOf(request), { vision: { image } }, "image"));
  });
  // In a scope of its own: forms are read here and nowhere else.
  app.register(async (scope) => {
    await scope.register(multipart, { limits: FORM_LIMITS, throwFileSizeLimit: true });
    scope.post("/v1/audio/transcriptions", { onRequest }, async (request, reply) => {
      const { file, format } = await readAudioForm(request);
      const question = { speech: { audio: file.toString("base64") } };
      const heard = await askPerception<SpeechAnswer>(devices, callerOf(request), question, "file");
      if (format === "text") return reply.type("text/plain; charset=utf-8").send(`${heard.text}\n`);
      return transcript(heard, format);
    });
  });
}

/** In the manner of OpenAI's embeddings; `kinds` is ours. */
function embedded({ model, kind, kinds, embedding, width, height, format }: VisionAnswer): object {
  const data = [{ object: "embedding", index: 0, embedding }];
  return { object: "list", model, data, kind, kinds, image: { width, height, format } };
}

function transcript(heard: SpeechAnswer, format: AudioRequest["format"]): object {
  const { text, duration, words } = heard;
  if (format === "json") return { text };
  return { task: "transcribe", language: "english", model: heard.model, duration, text, words };
}
