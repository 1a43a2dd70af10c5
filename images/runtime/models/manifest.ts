/** Longest model.json, characters. */
export const MAX_MANIFEST_LENGTH = 256 * 1024;
/** Largest model, bytes. */
export const MAX_MODEL_BYTES = 16 * 1024 * 1024;

/** Which model made an answer; part of the events. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
}

/** model.json: what a model is, as its training program wrote it. Its exact bytes are what is signed. */
export interface ModelManifest extends ModelIdentity {
  readonly v: 1;
  /** Name of the feature set that its inputs are, in their order. */
  readonly features: string;
  /** Name of the one output. */
  readonly output: string;
  /** What the output's columns mean. */
  readonly columns: readonly string[];
  readonly bytes: number;
  /** Hex, of the ONNX file. */
  readonly sha384: string;
  /** Inputs, and what they must give within {@link SELF_TEST_TOLERANCE}. */
  readonly selfTest: {
    readonly inputs: readonly (readonly number[])[];
    readonly outputs: readonly (readonly number[])[];
  };
}

/** Largest difference of an answer to what the training program computed. */
export const SELF_TEST_TOLERANCE = 1e-3;

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
export const VERSION = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/;
const WORD = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const SHA384 = /^[0-9a-f]{96}$/;

type Check = (value: unknown) => boolean;
const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const isRows: Check = (value) =>
  Array.isArray(value) &&
  value.length >= 1 &&
  value.length <= 64 &&
  value.every((row) => Array.isArray(row) && row.every(Number.isFinite));
const isSelfTest: Check = (value) => {
  const { inputs, outputs } = (value ?? {}) as { inputs?: unknown[]; outputs?: unknown[] };
  return isRows(inputs) && isRows(outputs) && inputs?.length === outputs?.length;
};

const FIELDS: Readonly<Record<keyof ModelManifest, Check>> = {
  v: (value) => value === 1,
  name: matches(NAME),
  version: matches(VERSION),
  features: matches(WORD),
  output: matches(WORD),
  columns: (value) => Array.isArray(value) && value.length >= 1 && value.length <= 256 && value.every(matches(WORD)),
  bytes: (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAX_MODEL_BYTES,
  sha384: matches(SHA384),
  selfTest: isSelfTest,
};

/**
 * Reads model.json.
 * @throws Error naming the field that is wrong
 */
export function parseManifest(text: string): ModelManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("model.json is no JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("model.json is no object");
  for (const [name, good] of Object.entries(FIELDS)) {
    if (!good((value as Record<string, unknown>)[name])) throw new Error(`model.json: ${name} is missing or wrong`);
  }
  return value as ModelManifest;
}
