import { Tokenizer } from "@huggingface/tokenizers";

/** Cuts texts into the pieces of words that the encoder knows, by the model's tokenizer.json. */
export class WordPieces {
  private readonly tokenizer: Tokenizer;

  /** @throws Error when the file is none */
  constructor(file: Buffer) {
    this.tokenizer = new Tokenizer(JSON.parse(file.toString("utf8")) as object, {});
  }

  /** Ids of a text, between those for its begin and its end. */
  ids(text: string): readonly number[] {
    return this.tokenizer.encode(text).ids;
  }

  /** How many ids a part of a text has, without begin and end: parts between spaces add up. */
  count(part: string): number {
    return this.tokenizer.encode(part, { add_special_tokens: false }).ids.length;
  }
}
