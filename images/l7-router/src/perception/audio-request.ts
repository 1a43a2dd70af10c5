import type { Multipart } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { MAX_MEDIA_BYTES } from "../../../runtime/l7/perception.ts";
import { ApiError } from "../api-error.ts";
import { checkModel } from "./ask.ts";
import { SPEECH_MODEL } from "./perception-devices.ts";

const FORMATS = ["json", "text", "verbose_json"] as const;

/** A request for a transcript. */
export interface AudioRequest {
  readonly file: Buffer;
  readonly format: (typeof FORMATS)[number];
}

/** What may be in a form: one file and a few short fields. */
export const FORM_LIMITS = {
  ...{ fileSize: MAX_MEDIA_BYTES, files: 1, fields: 8, parts: 9 },
  ...{ fieldSize: 256, fieldNameSize: 64, headerPairs: 20 },
} as const;

/** Fields that change nothing here, with the values that they may have. */
const HARMLESS: Readonly<Record<string, RegExp>> = {
  language: /^en(?:glish)?$/,
  temperature: /^0(?:\.0+)?$/,
  stream: /^false$/,
  "timestamp_granularities[]": /^word$/,
};

/**
 * Reads the form of a request for a transcript.
 * @throws ApiError 400 with the field, 404 for another model, 413
 */
export async function readAudioForm(request: FastifyRequest): Promise<AudioRequest> {
  if (!request.isMultipart()) {
    throw wrong("Send the sound as multipart/form-data, with `file` and `model`.", "file");
  }
  const fields = new Map<string, string>();
  let file: Buffer | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === "file") file = await fileIn(part);
      else fields.set(part.fieldname, String(part.value));
    }
  } catch (error) {
    throw formError(error);
  }
  for (const [name, value] of fields) {
    if (name === "model" || name === "response_format" || HARMLESS[name]?.test(value)) continue;
    throw wrong("This field, or its value, cannot be followed here.", name.slice(0, 64));
  }
  checkModel(fields.get("model"), SPEECH_MODEL);
  const asked = fields.get("response_format") ?? "json";
  const format = FORMATS.find((one) => one === asked);
  if (!format) throw wrong(`\`response_format\` is none of ${FORMATS.join(", ")}.`, "response_format");
  if (!file || file.length === 0) throw wrong("`file` is missing or empty.", "file");
  return { file, format };
}

async function fileIn(part: Extract<Multipart, { type: "file" }>): Promise<Buffer> {
  if (part.fieldname !== "file") {
    part.file.resume();
    throw wrong("The form's file must be called `file`.", "file");
  }
  return part.toBuffer();
}

/** What the form's reader says is told in our words: too large, or no form. */
function formError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (statusCode === 413) {
    const most = `one file of ${MAX_MEDIA_BYTES} bytes and ${FORM_LIMITS.fields} short fields`;
    return new ApiError(413, "request_too_large", `The form is too large: at most ${most}.`, "file");
  }
  return wrong(`The form cannot be read (${code ?? "it is damaged"}).`, null);
}

const wrong = (message: string, param: string | null): ApiError => new ApiError(400, "invalid_request", message, param);
