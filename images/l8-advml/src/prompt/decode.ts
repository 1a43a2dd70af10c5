/** Text that was hidden in another. */
export interface Hidden {
  readonly how: "base64" | "hex" | "percent";
  readonly text: string;
}

/** Share of a decoded piece that must be letters, digits, blanks or punctuation: else it is data, no text. */
const READABLE = 0.9;

const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const HEX = /(?:[0-9a-fA-F]{2}[ :]?){10,}/g;
const PERCENT = /(?:%[0-9a-fA-F]{2}|[A-Za-z0-9_.+~-]){12,}/g;

/**
 * What is hidden in a text as base64, hex or percent escapes: decoded once, readable pieces only, of each kind all together
 * as one text. None is left out, however many there are: the text's own length bounds them.
 */
export function hiddenIn(text: string): Hidden[] {
  return [
    ...pieces(text, BASE64, "base64", (piece) => Buffer.from(piece, "base64")),
    ...pieces(text, HEX, "hex", (piece) => Buffer.from(piece.replace(/[ :]/g, ""), "hex")),
    ...pieces(text, PERCENT, "percent", percentDecoded),
  ];
}

function pieces(text: string, form: RegExp, how: Hidden["how"], decode: (piece: string) => Buffer): Hidden[] {
  const found: string[] = [];
  for (const [piece] of text.matchAll(form)) {
    const bytes = decode(piece);
    const decoded = utf16(bytes) ?? bytes.toString("utf8");
    if (decoded.length >= 8 && decoded !== piece && isReadable(decoded)) found.push(decoded);
  }
  return found.length > 0 ? [{ how, text: found.join("\n") }] : [];
}

function percentDecoded(piece: string): Buffer {
  if (!piece.includes("%")) return Buffer.alloc(0);
  const bytes = piece.replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes.replaceAll("+", " "), "latin1");
}

/** PowerShell's way of encoding: every second byte is zero. */
function utf16(bytes: Buffer): string | undefined {
  if (bytes.length < 8 || bytes.length % 2 === 1) return undefined;
  for (let at = 1; at < Math.min(bytes.length, 32); at += 2) if (bytes[at] !== 0) return undefined;
  return bytes.toString("utf16le");
}

function isReadable(text: string): boolean {
  const readable = text.match(/[\p{L}\p{N}\p{P}\p{S}\s]/gu)?.length ?? 0;
  return !text.includes("\ufffd") && readable / [...text].length >= READABLE;
}
