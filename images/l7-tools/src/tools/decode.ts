import { gunzipSync, inflateSync } from "node:zlib";
import { type Tool, ToolError } from "../tool.ts";

export interface DecodeInput {
  readonly text: string;
  readonly encoding?: Encoding | "auto";
}

type Encoding = "base64" | "hex" | "url" | "gzip";

/** Most layers that `auto` takes off. */
const LAYERS = 5;
/** Longest that a compressed text may become: it may promise far more. */
const MAX_BYTES = 256 * 1024;
/** Most of a result that is told. */
const MAX_TEXT = 16 * 1024;
const MAX_HEX_BYTES = 256;
/** Shorter texts look encoded by chance. */
const LEAST = 8;

/** Decodes a text, in `auto` layer by layer as long as one looks encoded and gives readable text or a compressed one. */
export const decode: Tool<DecodeInput> = ({ text, encoding = "auto" }) => {
  if (encoding !== "auto") return told([encoding], decoded(text, encoding));
  const layers: Encoding[] = [];
  let bytes: Buffer = Buffer.from(text, "utf8");
  while (layers.length < LAYERS) {
    const next = layerOf(bytes);
    if (!next) break;
    layers.push(next[0]);
    bytes = next[1];
  }
  return told(layers, bytes);
};

/** The outermost encoding that a text seems to have, and what is below it. */
function layerOf(bytes: Buffer): readonly [Encoding, Buffer] | undefined {
  if (isCompressed(bytes)) return ["gzip", inflated(bytes)];
  const text = textOf(bytes)?.trim();
  if (text === undefined || text.length < LEAST) return undefined;
  for (const encoding of ["url", "hex", "base64"] as const) {
    if (!looks(text, encoding)) continue;
    const found = attempt(text, encoding);
    if (found && (isCompressed(found) || isReadable(found))) return [encoding, found];
  }
  return undefined;
}

function looks(text: string, encoding: Exclude<Encoding, "gzip">): boolean {
  if (encoding === "url") return /%[0-9a-f]{2}/i.test(text);
  if (encoding === "hex") return text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text);
  const bare = text.replace(/\s+/g, "");
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(bare) && bare.length % 4 !== 1;
}

function attempt(text: string, encoding: Encoding): Buffer | undefined {
  try {
    return decoded(text, encoding);
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

function decoded(text: string, encoding: Encoding): Buffer {
  if (encoding === "url") {
    try {
      return Buffer.from(decodeURIComponent(text), "utf8");
    } catch {
      throw new ToolError("text: no percent-encoded UTF-8");
    }
  }
  const bare = text.replace(/\s+/g, "");
  if (encoding === "hex") {
    if (bare.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(bare))
      throw new ToolError("text: no hexadecimal digits in pairs");
    return Buffer.from(bare, "hex");
  }
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(bare) || bare.replace(/=+$/, "").length % 4 === 1) {
    throw new ToolError("text: no base64");
  }
  const bytes = Buffer.from(bare, "base64");
  return encoding === "gzip" ? inflated(bytes) : bytes;
}

const isCompressed = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;

function inflated(bytes: Buffer): Buffer {
  try {
    const limits = { maxOutputLength: MAX_BYTES };
    return isCompressed(bytes) ? gunzipSync(bytes, limits) : inflateSync(bytes, limits);
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new ToolError(
      tooLong ? `text: more than ${MAX_BYTES} bytes when unpacked` : "text: not gzip or zlib in base64",
    );
  }
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isReadable(bytes: Buffer): boolean {
  const text = textOf(bytes);
  // Control characters other than white space are none of a text.
  return text !== undefined && text.length > 0 && !/[^\P{Cc}\t\n\r]/u.test(text);
}

function told(layers: readonly Encoding[], bytes: Buffer) {
  const text = textOf(bytes);
  return {
    layers: [...layers],
    bytes: bytes.length,
    text: text === undefined ? null : text.slice(0, MAX_TEXT),
    hex: text === undefined ? bytes.subarray(0, MAX_HEX_BYTES).toString("hex") : null,
    truncated: text === undefined ? bytes.length > MAX_HEX_BYTES : text.length > MAX_TEXT,
  };
}
