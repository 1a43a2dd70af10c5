import { BusInbox } from "../../runtime/bus/bus-inbox.ts";
import { questionHandler } from "../../runtime/bus/question-handler.ts";
import { TYPES } from "../../runtime/dbe/codec/constants.ts";
import { DEVICES } from "../../runtime/devices.ts";
import {
  MAX_PERCEPTION_BYTES,
  type PerceptionQuestion,
  type PerceptionRefusal,
  parsePerception,
  type SpeechAnswer,
  type VisionAnswer,
} from "../../runtime/l7/perception.ts";
import { BatchModel, type ModelHost } from "../../runtime/models/batch-model.ts";
import { ModelMetrics } from "../../runtime/models/model-metrics.ts";
import type { PerceptionConfig } from "./config.ts";
import type { Decoder, DecoderAsker } from "./decoder/decoder.ts";
import { InputError } from "./input-error.ts";
import { addOpenGauge } from "./open-gauge.ts";
import { listen, SPEECH_MODEL } from "./speech/listen.ts";
import { look, VISION_MODEL } from "./vision/look.ts";

export interface PerceptionParts {
  readonly host: ModelHost;
  readonly config: PerceptionConfig;
  readonly decoder: Decoder;
}

/** Questions at a time, each up to 1 MiB. */
const CONCURRENCY = 12;
/** The L7 router alone asks, with a claim: a container that speaks for a tenant does not. */
const ASKERS = [DEVICES.l7Router] as const;

/**
 * Vision (device 45), which also keeps speech (device 46): answers 0x43 for every tenant, and keeps nothing of what it is
 * shown.
 */
export async function createPerception({ host, config, decoder }: PerceptionParts): Promise<void> {
  const { health, metrics, log, signal } = host;
  const counts = new ModelMetrics(metrics.registry);
  const vision = new BatchModel(host, VISION_MODEL, config.models, { check: "vision_model", counts });
  const speech = new BatchModel(host, SPEECH_MODEL, config.models, { check: "speech_model", counts });
  addOpenGauge(metrics.registry, () => decoder.open);
  const handler = questionHandler<PerceptionQuestion>({
    answerType: TYPES.L7_SERVICE_RESP,
    maxBytes: MAX_PERCEPTION_BYTES,
    parse: parsePerception,
    askers: ASKERS,
    answer: (question, { tenant }, signal) => answerTo(question, { tenant, signal }, { vision, speech, decoder }),
    counted: "L7_SERVICE_REQ",
    ...{ metrics, log },
  });
  const inbox = new BusInbox({
    ...{ folder: config.busFolder, handlers: { [TYPES.L7_SERVICE_REQ]: handler }, log },
    ...{ concurrency: CONCURRENCY, maxPayload: MAX_PERCEPTION_BYTES, repeatable: new Set([TYPES.L7_SERVICE_REQ]) },
  });
  health.add({ name: "bus", weight: "warning", read: () => inbox.check() });
  await Promise.all([vision.start(), speech.start()]);
  host.loop(inbox.run(signal));
}

interface Means {
  readonly vision: BatchModel;
  readonly speech: BatchModel;
  readonly decoder: Decoder;
}

/** An answer, or why there is none: a file that cannot be read is no failure of the service. */
async function answerTo(
  question: PerceptionQuestion,
  asker: DecoderAsker,
  { vision, speech, decoder }: Means,
): Promise<VisionAnswer | SpeechAnswer | PerceptionRefusal> {
  try {
    if ("vision" in question) {
      needs(vision, "pictures");
      return await look(vision, await decoder.picture(asker, Buffer.from(question.vision.image, "base64")));
    }
    needs(speech, "words");
    return await listen(speech, await decoder.sound(asker, Buffer.from(question.speech.audio, "base64")));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { refused: { code: error.code, message: error.message } };
  }
}

/** Nothing is decoded in vain. */
function needs(model: BatchModel, what: string): void {
  if (!model.identity) throw new InputError("model_not_loaded", `the model of ${what} is not loaded`);
}
