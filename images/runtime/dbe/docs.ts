/** The tables of docs/dbe.md, from the constants: `node images/runtime/dbe/docs.ts` writes them into it. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMPARTMENTS, FLAGS, LIMITS, OFFSETS, REASONS, TLV_LENGTHS, TLVS, TYPES } from "./codec/constants.ts";
import { MEANINGS } from "./docs-meanings.ts";
import { LINK_LIMITS } from "./link/limits.ts";
import { LINK_TIMINGS } from "./link/timings.ts";
import { LABELS } from "./session/labels.ts";

type Codes = Readonly<Record<string, number>>;
type Texts = Readonly<Record<string, string>>;

const TABLES: Readonly<Record<string, () => string>> = {
  header: headerTable,
  flags: () =>
    table(
      ["bit", "name", "meaning"],
      coded(FLAGS, MEANINGS.flags, (code) => hex(code, 4)),
    ),
  types: () =>
    table(
      ["type", "name", "meaning"],
      coded(TYPES, MEANINGS.types, (code) => hex(code, 2)),
    ),
  tlvs: tlvTable,
  compartments: () =>
    table(
      ["bit", "compartment"],
      coded(COMPARTMENTS, {}, (code) => hex(code, 2)),
    ),
  limits: () => table(["what", "at most"], bounds(MEANINGS.limits, LIMITS)),
  kinds: () =>
    table(
      ["kind", "written when"],
      Object.entries(MEANINGS.kinds).map(([kind, text]) => [`\`${kind}\``, text]),
    ),
  "link limits": () => table(["what", "at most"], bounds(MEANINGS.linkLimits, { ...LINK_LIMITS })),
  "link times": () => table(["time", "ms"], bounds(MEANINGS.linkTimings, { ...LINK_TIMINGS })),
  reasons: () => table(["code", "reason", "meaning"], coded(REASONS, MEANINGS.reasons, String)),
  labels: () =>
    table(
      ["label", "for"],
      Object.entries(LABELS).map(([key, label]) => [`\`${label}\``, MEANINGS.labels[key as keyof typeof LABELS]]),
    ),
};

/** The document with its tables made anew. @throws when it lacks the place of a table */
export function withTables(document: string): string {
  let text = document;
  for (const [name, make] of Object.entries(TABLES)) {
    const [start, end] = [`<!-- table ${name} -->\n`, `<!-- end ${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from)
      throw new Error(`docs/dbe.md has no place for the table ${name}: ${start.trim()} … ${end}`);
    text = `${text.slice(0, from + start.length)}\n${make()}\n\n${text.slice(to)}`;
  }
  return text;
}

function headerTable(): string {
  const fields = Object.entries(OFFSETS);
  const lines = fields.map(([name, offset], at) => {
    const next = fields[at + 1]?.[1] ?? LIMITS.header;
    return [String(offset), String(next - offset), name, MEANINGS.fields[name as keyof typeof OFFSETS]];
  });
  lines.push([String(LIMITS.header), "…", "TLVs, then payload", "AES-256-GCM ciphertext in a session, else in clear"]);
  lines.push(["…", String(LIMITS.tag), "tag", "of AES-256-GCM in a session, else zeros"]);
  return table(["offset", "bytes", "field", "meaning"], lines);
}

function tlvTable(): string {
  const lines = Object.entries(TLV_LENGTHS).map(([name, [min, max]]) => {
    const key = name as keyof typeof TLVS;
    return [hex(TLVS[key], 2), `\`${name}\``, min === max ? `${max}` : `${min}-${max}`, MEANINGS.tlvs[key]];
  });
  return table(["type", "name", "bytes", "value"], lines);
}

function coded(codes: Codes, texts: Texts, written: (code: number) => string): string[][] {
  return Object.entries(codes).map(([name, code]) => {
    const text = texts[name];
    return [written(code), `\`${name}\``, ...(text === undefined ? [] : [text])];
  });
}

function bounds(texts: Texts, values: Codes): string[][] {
  return Object.entries(texts).map(([key, text]) => [text, (values[key] ?? Number.NaN).toLocaleString("en-US")]);
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...lines.map(line)].join("\n");
}

const hex = (code: number, digits: number): string => `0x${code.toString(16).padStart(digits, "0")}`;

if (import.meta.main) {
  const path = join(import.meta.dirname, "../../../docs/dbe.md");
  writeFileSync(path, withTables(readFileSync(path, "utf8")));
}
