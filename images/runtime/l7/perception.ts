/**
 * Longest picture or sound as base64, characters: with what is around it, it fits a message of the bus (1 MiB). 785,664 bytes.
 */
export const MAX_BASE64 = 1_047_552;
/** Longest picture or sound, bytes. */
export const MAX_MEDIA_BYTES = (MAX_BASE64 / 4) * 3;
/** Longest question, bytes: a message's payload. */
export const MAX_PERCEPTION_BYTES = 1024 * 1024;

/** What is asked of devices 45 and 46. Payload of L7_SERVICE_REQ, as JSON: what a picture shows, or what was said. */
export type PerceptionQuestion =
  | { readonly vision: { readonly image: string } }
  | { readonly speech: { readonly audio: string } };

/** Why there is no answer, by code: the status that the API tells it with. */
export const PERCEPTION_REFUSALS = {
  model_not_loaded: 503,
  overloaded: 503,
  decoder_timeout: 400,
  decoder_failed: 502,
  image_format: 400,
  image_truncated: 400,
  image_too_large: 400,
  image_unsupported: 400,
  image_damaged: 400,
  audio_format: 400,
  audio_truncated: 400,
  audio_codec: 400,
  audio_empty: 400,
  audio_too_long: 400,
} as const;

export type PerceptionCode = keyof typeof PERCEPTION_REFUSALS;

/** Why a question has no answer. */
export interface PerceptionRefusal {
  readonly refused: { readonly code: PerceptionCode; readonly message: string };
}

/** What a picture shows. */
export interface VisionAnswer {
  readonly model: string;
  /** The likeliest kind; `unknown` where none is likely enough, or it is none of them. */
  readonly kind: string;
  /** Likeliest first. */
  readonly kinds: readonly { readonly kind: string; readonly probability: number }[];
  /** Of length 1. */
  readonly embedding: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly format: "png" | "jpeg";
}

/** A word that was heard, or `[unknown]`, which has no confidence. Times are seconds. */
export interface HeardWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number | null;
}

/** What was said. */
export interface SpeechAnswer {
  readonly model: string;
  /** The words, `[unknown]` for each stretch of speech that is none of the known words; empty where nothing was said. */
  readonly text: string;
  /** Seconds. */
  readonly duration: number;
  readonly words: readonly HeardWord[];
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Reads a question.
 * @throws Error naming what is wrong
 */
export function parsePerception(body: unknown): PerceptionQuestion {
  const [[what, part] = [], ...more] = entriesOf(body, "the question");
  if (more.length > 0) throw new Error("it asks for more than one thing");
  if (what === "vision") return { vision: { image: media(part, "image") } };
  if (what === "speech") return { speech: { audio: media(part, "audio") } };
  throw new Error("it asks neither for vision nor for speech");
}

/** Whether a text is base64 of a picture or sound that is not too long. */
export const isMedia = (text: unknown): text is string =>
  typeof text === "string" && text.length <= MAX_BASE64 && text.length % 4 === 0 && BASE64.test(text);

function media(part: unknown, key: string): string {
  const [[name, value] = [], ...more] = entriesOf(part, key);
  if (name !== key || more.length > 0) throw new Error(`it has no ${key}, or more than that`);
  if (!isMedia(value)) throw new Error(`${key} is no base64, or longer than ${MAX_BASE64} characters`);
  return value;
}

function entriesOf(value: unknown, name: string): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${name} is no object`);
  return Object.entries(value);
}
