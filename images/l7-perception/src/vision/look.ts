import type { VisionAnswer } from "../../../runtime/l7/perception.ts";
import type { BatchModel } from "../../../runtime/models/batch-model.ts";
import type { ModelWant } from "../../../runtime/models/model-slot.ts";
import type { DecodedPicture } from "../decoder/decode.ts";
import { InputError } from "../input-error.ts";
import { PICTURE_FEATURES } from "./features.ts";
import { KINDS, VISION_COLUMNS } from "./kinds.ts";

/** The model that tells kinds of pictures. */
export const VISION_MODEL: ModelWant = {
  name: "l7-vision",
  features: "picture-v1",
  width: PICTURE_FEATURES.length,
  columns: VISION_COLUMNS,
};

/** Probability below which a kind is not named. */
export const KIND_THRESHOLD = 0.6;
const PLACES = 1e6;

/**
 * What a picture shows.
 * @throws InputError model_not_loaded
 */
export async function look(model: BatchModel, picture: DecodedPicture): Promise<VisionAnswer> {
  const { features, width, height, format } = picture;
  const answers = await model.ask([features], (row, out, offset) => out.set(row, offset));
  if (!answers) throw new InputError("model_not_loaded", "the model of pictures is not loaded");
  const values = answers.row(0);
  const kinds = KINDS.map((kind, at) => ({ kind, probability: rounded(values[at]) })).sort(
    (a, b) => b.probability - a.probability,
  );
  const [best] = kinds;
  const isKnown = best !== undefined && best.kind !== "other" && best.probability >= KIND_THRESHOLD;
  return {
    model: `${answers.model.name} ${answers.model.version}`,
    kind: isKnown ? best.kind : "unknown",
    kinds,
    embedding: Array.from(values.subarray(KINDS.length), rounded),
    ...{ width, height, format },
  };
}

const rounded = (value = 0): number => Math.round(value * PLACES) / PLACES;
