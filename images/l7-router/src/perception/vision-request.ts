import { isMedia, MAX_MEDIA_BYTES } from "../../../runtime/l7/perception.ts";
import { ApiError } from "../api-error.ts";
import { checkModel } from "./ask.ts";
import { VISION_MODEL } from "./perception-devices.ts";

const FIELDS: ReadonlySet<string> = new Set(["model", "image"]);
const DATA_URL = /^data:image\/(?:png|jpeg);base64,/;

/**
 * The picture's base64 in a request for its embedding.
 * @throws ApiError 400 with the field, or 404 for another model
 */
export function parseVision(body: unknown): string {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw wrong("The body is no JSON object.", null);
  const { model, image, ...more } = body as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(more).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw wrong("There is no such field.", unknown.slice(0, 64));
  checkModel(model, VISION_MODEL);
  if (typeof image !== "string" || image === "") throw wrong("`image` is missing: base64 or a data URL.", "image");
  const base64 = image.replace(DATA_URL, "");
  if (isMedia(base64)) return base64;
  const form = "base64, or data:image/png;base64,… or data:image/jpeg;base64,…";
  throw wrong(`\`image\` is not ${form}, or longer than ${MAX_MEDIA_BYTES} bytes.`, "image");
}

const wrong = (message: string, param: string | null): ApiError => new ApiError(400, "invalid_request", message, param);
