import type { Tool } from "../tool.ts";
import { parseAddress } from "./address.ts";

export interface ExtractInput {
  readonly text: string;
  readonly types?: readonly IndicatorKind[];
}

const KINDS = ["ip", "url", "email", "domain", "hash"] as const;
type IndicatorKind = (typeof KINDS)[number];

/** Most of a kind that are told. */
const MOST = 100;

/** How people write indicators so that nobody follows them, and what was meant. */
const DEFANGED: readonly (readonly [RegExp, string])[] = [
  [/\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)/gi, "."],
  [/\[:\]/g, ":"],
  [/\[@\]|\[at\]|\(at\)/gi, "@"],
  [/\[:\/\/\]|\[\/\/\]/g, "://"],
  [/\bh(?:xx|XX|\*\*)p(s?):/gi, "http$1:"],
  [/\bfxp:/gi, "ftp:"],
];

// No nested repetition anywhere: the time grows with the length of the text alone.
const URLS = /\b(?:https?|ftp):\/\/[^\s<>"'`{}|\\^]{3,2000}/gi;
const EMAILS = /[a-z0-9._%+-]{1,64}@[a-z0-9.-]{3,253}/gi;
const NAMES = /[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,20}/gi;
const HASHES = /\b[0-9a-f]{32,128}\b/gi;
const ADDRESSES = /[0-9a-f:.]{2,45}/gi;
const HASH_LENGTHS: ReadonlySet<number> = new Set([32, 40, 64, 96, 128]);
/** Ends of names that are files far more often than domains. */
const FILES = new Set(
  "exe dll sys txt log json xml yaml yml conf cfg ini php asp aspx jsp html htm js ts css py sh ps1 bat cmd doc docx xls xlsx pdf zip gz tar rar png jpg gif bin dat tmp bak local service".split(
    " ",
  ),
);

/** Addresses, names, URLs, mail addresses and hashes in a text, defanged ones too, each once, in the order of the text. */
export const extractIndicators: Tool<ExtractInput> = ({ text, types = KINDS }) => {
  const meant = DEFANGED.reduce((found, [pattern, plain]) => found.replace(pattern, plain), text);
  const urls = matches(meant, URLS)
    .map((url) => url.replace(/[.,;:!?)\]]+$/, ""))
    .filter((url) => URL.canParse(url));
  const emails = matches(meant, EMAILS)
    .map((one) => one.replace(/[.-]+$/, ""))
    .filter((one) => isDomain(one.split("@")[1] ?? ""));
  // The host of a URL and of a mail address is found as a name; what stands in a path is not.
  const bare = urls.reduce((rest, url) => rest.replaceAll(url, ` ${hostOf(url)} `), meant);
  const found: Readonly<Record<IndicatorKind, readonly string[]>> = {
    ip: matches(bare, ADDRESSES).flatMap(addressIn),
    url: urls,
    email: emails.map((one) => one.toLowerCase()),
    domain: matches(bare, NAMES)
      .map((one) => one.toLowerCase())
      .filter(isDomain),
    hash: matches(bare, HASHES)
      .map((one) => one.toLowerCase())
      .filter((one) => HASH_LENGTHS.has(one.length)),
  };
  const unique = KINDS.filter((kind) => types.includes(kind)).map((kind) => [kind, [...new Set(found[kind])]] as const);
  return {
    indicators: Object.fromEntries(unique.map(([kind, all]) => [kind, all.slice(0, MOST)])),
    count: unique.reduce((sum, [, all]) => sum + all.length, 0),
    truncated: unique.some(([, all]) => all.length > MOST),
  };
};

const matches = (text: string, pattern: RegExp): string[] => text.match(pattern) ?? [];

function addressIn(text: string): string[] {
  // A port, or the full stop of a sentence.
  const bare = text.replace(/[.:]+$/, "");
  const [host = ""] = bare.includes(".") ? bare.split(":") : [bare];
  const address = parseAddress(bare) ?? parseAddress(host);
  return address && address.text !== "::" ? [address.text] : [];
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname.replace(/^\[|\]$/g, "") ?? "";
}

function isDomain(name: string): boolean {
  if (name.length > 253 || parseAddress(name)) return false;
  const labels = name.toLowerCase().split(".");
  const last = labels.at(-1) ?? "";
  if (labels.length < 2 || !/^(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})$/.test(last) || FILES.has(last)) return false;
  return labels.every((label) => label.length <= 63 && /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/.test(label));
}
