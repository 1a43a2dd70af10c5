/** Letters of other scripts that look like Latin ones; both cases, as text is lowered afterwards. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  а: "a", // Cyrillic
  в: "b",
  с: "c",
  ԁ: "d",
  е: "e",
  ё: "e",
  һ: "h",
  н: "h",
  і: "i",
  ј: "j",
  к: "k",
  ӏ: "l",
  м: "m",
  о: "o",
  р: "p",
  ԛ: "q",
  г: "r",
  ѕ: "s",
  т: "t",
  ц: "u",
  ѵ: "v",
  ԝ: "w",
  х: "x",
  у: "y",
  α: "a", // Greek
  β: "b",
  ε: "e",
  η: "n",
  ι: "i",
  κ: "k",
  μ: "u",
  ν: "v",
  ο: "o",
  ρ: "p",
  σ: "o",
  τ: "t",
  υ: "u",
  χ: "x",
  γ: "y",
  ω: "w",
  ɑ: "a", // Latin letters of phonetic alphabets, and small capitals
  ɡ: "g",
  ı: "i",
  ɪ: "i",
  ɩ: "i",
  ᴀ: "a",
  ʙ: "b",
  ᴄ: "c",
  ᴅ: "d",
  ᴇ: "e",
  ɢ: "g",
  ʜ: "h",
  ᴋ: "k",
  ʟ: "l",
  ᴍ: "m",
  ɴ: "n",
  ᴏ: "o",
  ᴘ: "p",
  ʀ: "r",
  ᴛ: "t",
  ᴜ: "u",
  ᴠ: "v",
  ᴡ: "w",
  ʏ: "y",
  ᴢ: "z",
  "’": "'", // punctuation
  "‘": "'",
  "“": '"',
  "”": '"',
  "„": '"',
  "«": '"',
  "»": '"',
  "–": "-",
  "—": "-",
  "‑": "-",
};
const LOOKALIKE = new RegExp(`[${Object.keys(LOOKALIKES).join("")}]`, "gu");

/** Language tags: invisible, and each stands for a character of ASCII. */
const TAGS = /[\u{e0020}-\u{e007e}]/gu;
/** What is not seen: zero-width and bidirectional controls, soft hyphens, accents, fillers; not white space. */
const UNSEEN = /[\p{Cf}\p{M}\u115f\u1160\u3164\uffa0]|(?![\t\n\r])\p{Cc}/gu;
const ESCAPED = /\\u\{?([0-9a-f]{4,6})\}?|\\x([0-9a-f]{2})|&#(\d{2,7});|&#x([0-9a-f]{2,6});/gi;

/**
 * The text as a reader would see it: one form of each letter (NFKD without marks), nothing invisible, look-alikes as the
 * Latin letters that they pass for, escapes resolved, lower case. White space stays as it is.
 */
export function seen(text: string): string {
  return text
    .replace(TAGS, (tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000))
    .replace(ESCAPED, (all, u, x, decimal, hex) => character(all, u ?? x ?? hex, decimal))
    .normalize("NFKD")
    .replace(UNSEEN, "")
    .toLowerCase()
    .replace(LOOKALIKE, (letter) => LOOKALIKES[letter] ?? letter);
}

/** With one blank for each run of white space: what rules read. */
export function collapsed(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function character(all: string, hex: string | undefined, decimal: string | undefined): string {
  const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
  return code >= 0x20 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
}
