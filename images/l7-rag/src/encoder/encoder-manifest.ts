import { Fields } from "../../../runtime/fields.ts";
import { DIMENSIONS, ENCODER } from "../../../runtime/l7/rag/limits.ts";
import { VERSION } from "../../../runtime/models/manifest.ts";

/** A file that belongs to a model. */
export interface EncoderFile {
  readonly bytes: number;
  /** Hex. */
  readonly sha384: string;
}

/** model.json of a sentence encoder: what it is, as the program wrote it that made it. */
export interface EncoderManifest {
  readonly name: string;
  readonly version: string;
  /** Longest text, tokens. */
  readonly maxTokens: number;
  readonly model: EncoderFile;
  readonly tokenizer: EncoderFile;
  /** Texts, and the first numbers of their vectors. */
  readonly selfTest: readonly { readonly text: string; readonly begins: readonly number[] }[];
}

const SHA384 = /^[0-9a-f]{96}$/;
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * Reads model.json.
 * @throws Error naming what is wrong
 */
export function parseEncoderManifest(text: string): EncoderManifest {
  const keys = [
    "v",
    "name",
    "version",
    "format",
    "dimensions",
    "maxTokens",
    "bytes",
    "sha384",
    "tokenizer",
    "selfTest",
  ];
  const fields = Fields.parse(text, keys);
  fields.integer("v", 1, 1);
  fields.integer("dimensions", DIMENSIONS, DIMENSIONS);
  fields.text("format", /^encoder$/);
  const tokenizer = Fields.of(fields.raw("tokenizer"), "tokenizer", ["bytes", "sha384"]);
  return {
    name: fields.text("name", new RegExp(`^${ENCODER}$`)),
    version: fields.text("version", VERSION),
    maxTokens: fields.integer("maxTokens", 8, 4096),
    model: fileIn(fields),
    tokenizer: fileIn(tokenizer),
    selfTest: fields.list("selfTest", 16).map((value, at) => {
      const test = Fields.of(value, `selfTest[${at}]`, ["text", "begins"]);
      const begins = test.list("begins", DIMENSIONS);
      if (begins.length === 0 || !begins.every(Number.isFinite)) throw test.wrong("begins", "must be numbers");
      return { text: test.text("text", /./s), begins: begins as number[] };
    }),
  };
}

const fileIn = (fields: Fields): EncoderFile => ({
  bytes: fields.integer("bytes", 1, MAX_BYTES),
  sha384: fields.text("sha384", SHA384),
});
