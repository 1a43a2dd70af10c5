import { hiddenIn } from "./decode.ts";
import { collapsed, seen } from "./normalise.ts";

/** One way to read a text. */
export interface View {
  /** `plain`; `json`, with the escapes of JSON as what they stand for; or how the text was disguised. */
  readonly how: "plain" | "json" | "leet" | "rot13" | "reversed" | "base64" | "hex" | "percent";
  readonly text: string;
}

/** An escape of JSON that is one letter behind a backslash; those of code points are resolved for every reading. */
const JSON_ESCAPE = /\\(["\\/bfnrt])/g;

const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "@": "a",
  $: "s",
  "!": "i",
  "|": "l",
};
/** A word of letters with something in it that stands for a letter. */
const LEET_WORD = /[a-z0134578@$!|]{2,32}/g;

/** A text as rules read it, and again behind each disguise that may be in it. Nothing is decoded twice. */
export function viewsOf(text: string): View[] {
  const plain = collapsed(seen(text));
  const views: View[] = [{ how: "plain", text: plain }];
  // What was written as JSON has no line breaks: words would grow together with the letter of the escape.
  const unescaped = text.replace(JSON_ESCAPE, (_, sign: string) => ("bfnrt".includes(sign) ? " " : sign));
  if (unescaped !== text) views.push({ how: "json", text: collapsed(seen(unescaped)) });
  const leet = plain.replace(LEET_WORD, (word) => (/[a-z]/.test(word) && /[^a-z]/.test(word) ? unleet(word) : word));
  if (leet !== plain) views.push({ how: "leet", text: leet });
  for (const view of [
    { how: "rot13", text: rot13(plain) },
    { how: "reversed", text: reversed(plain) },
  ] as const) {
    if (isSentence(view.text)) views.push(view);
  }
  for (const { how, text: hidden } of hiddenIn(text)) views.push({ how, text: collapsed(seen(hidden)) });
  return views;
}

/** Words that English sentences, and attacks, are full of. */
const COMMON = /\b(?:the|you|your|all|and|is|are|to|of|a|as|me|ignore|rules|instructions|system|prompt|previous)\b/g;

/** Letters alone: what is left when something stands between the letters of words. */
export function squeezed(text: string): string {
  return text.replace(/[^a-z]+/g, "");
}

/** Most readings of a text are none: rules need not look at those. */
function isSentence(text: string): boolean {
  let words = 0;
  for (const _ of text.matchAll(COMMON)) if (++words === 3) return true;
  return false;
}

function unleet(word: string): string {
  return word.replace(/[^a-z]/g, (sign) => LEET[sign] ?? sign);
}

function rot13(text: string): string {
  return text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 84) % 26) + 97));
}

function reversed(text: string): string {
  return [...text].reverse().join("");
}
