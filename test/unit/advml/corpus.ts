import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Origin } from "../../../images/l8-advml/src/prompt/rule.ts";

/** A prompt of the corpus. */
export interface Sample {
  readonly text: string;
  readonly origin: Origin;
}

/** The corpus by what rules were made with. */
export interface Corpus {
  /** In sight while rules were made: every second prompt of the first round, all of the second and third. */
  readonly tuned: readonly Sample[];
  /** The rest of the first round, only measured; the rules' author had written it just before. */
  readonly heldOut: readonly Sample[];
  /** The fourth round, written when the rules were done. */
  readonly blind: readonly Sample[];
}

/** Ways to disguise a text, by the word that stands for them in `{{how:text}}`. */
const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString("base64"),
  hex: (text) => Buffer.from(text).toString("hex"),
  percent: (text) => text.replace(/[^a-z]/gi, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
  rot13: (text) => text.replace(/[a-z]/gi, (c) => shifted(c, /[a-z]/.test(c) ? 97 : 65)),
  zerowidth: (text) => [...text].join("\u200b"),
  bidi: (text) => `\u202e${[...text].join("\u2060")}\u202c`,
  homoglyph: (text) => mapped(text, "aeopcxyi", "аеорсхуі"),
  fullwidth: (text) => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
  math: (text) => text.replace(/[a-z]/g, (c) => String.fromCodePoint(0x1d41a + c.charCodeAt(0) - 97)),
  tags: (text) => [...text].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join(""),
  diacritics: (text) => text.replace(/[aeiou]/g, (c) => `${c}\u0308`),
  leet: (text) => mapped(text, "aeiost", "431057"),
  spaced: (text) => [...text].join(" "),
  dotted: (text) => [...text].join("."),
  reversed: (text) => [...text].reverse().join(""),
};

/** Attacks, or harmless prompts. */
export function readCorpus(kind: "attacks" | "benign"): Corpus {
  const first = readRound(`${kind}.txt`);
  const half = (rest: number): Sample[] => first.filter((_sample, index) => index % 2 === rest);
  return { tuned: [...half(0), ...readRound(`${kind}-2.txt`)], heldOut: half(1), blind: readRound(`${kind}-3.txt`) };
}

function readRound(file: string): Sample[] {
  const lines = readFileSync(join(import.meta.dirname, "corpus", file), "utf8").split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map(sampleOf);
}

function sampleOf(line: string): Sample {
  const [, origin = "user", body = ""] = /^(?:\[(document|tool)\] )?(.*)$/.exec(line) ?? [];
  const text = body.replace(/\{\{([a-z0-9]+):(.*?)\}\}/g, (all, how: string, plain: string) => {
    const disguise = DISGUISES[how];
    if (!disguise) throw new Error(`no such disguise: ${all}`);
    return disguise(plain);
  });
  return { text, origin: origin as Origin };
}

function mapped(text: string, from: string, to: string): string {
  return [...text].map((c) => [...to][from.indexOf(c)] ?? c).join("");
}

function shifted(letter: string, base: number): string {
  return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
}
