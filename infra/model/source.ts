import { readFileSync, statSync } from "node:fs";
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import { type Finding, formatPath, type ManifestError, type ManifestPath } from "./manifest-error.ts";

/** Largest manifest that is read, bytes. */
const MAX_BYTES = 1024 * 1024;

/** Most values that aliases may add in sum; a few anchors are handy, a bomb is not. */
const MAX_ALIASES = 100;

/** The text of a manifest, parsed, that still knows where everything stands. */
export interface ManifestSource {
  readonly text: string;
  readonly data: unknown;
  /** Puts file, line and column to a finding. */
  locate(finding: Finding): ManifestError;
}

/** Reads a manifest; mistakes of the file or of its YAML come back as errors. */
export function readSource(file: string): ManifestSource | ManifestError[] {
  const text = readText(file);
  return typeof text === "string" ? parseSource(file, text) : [{ file, line: 0, column: 0, path: "", ...text }];
}

function readText(file: string): string | { message: string } {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) return { message: `has ${size} bytes; a manifest has at most ${MAX_BYTES}` };
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof TypeError) return { message: "is no UTF-8 text" };
    const { code = "", message = "" } = error as NodeJS.ErrnoException;
    return { message: code === "ENOENT" ? "no such file; name one with --file" : `cannot be read: ${message}` };
  }
}

/** Parses the text of a manifest; `file` is only for messages. */
export function parseSource(file: string, text: string): ManifestSource | ManifestError[] {
  const lines = new LineCounter();
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const refuse = (offset: number, message: string): ManifestError => ({ file, ...at(offset), path: "", message });
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
    logLevel: "error",
  });
  if (document.errors.length > 0) {
    // The parser reports an exhausted stack as a mistake of the text, once for each level it had entered.
    if (document.errors.some((e) => e.message.includes("call stack"))) return [refuse(0, "is nested too deeply")];
    // After one mistake of syntax the parser stumbles over what follows; repeated keys do not disturb it.
    const first = document.errors.find((e) => e.code !== "DUPLICATE_KEY");
    return document.errors
      .filter((e) => e === first || e.code === "DUPLICATE_KEY")
      .map((e) => refuse(e.pos[0], `is not valid YAML: ${e.message.split("\n")[0] ?? ""}`));
  }
  if (document.contents === null) return [refuse(0, "is empty; expected fleet, nodes, networks and the rest")];
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return [refuse(firstAlias(document), `has an alias that cannot be resolved: ${(error as Error).message}`)];
  }
  return {
    text,
    data,
    locate: ({ path, atKey, message, suggestion }) => ({
      file,
      ...at(offsetOf(document, path, atKey === true)),
      path: formatPath(path),
      message,
      ...(suggestion !== undefined && { suggestion }),
    }),
  };
}

function firstAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias: (_, alias) => {
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Where a value (or its key) begins; of a path that leads nowhere, where its last existing ancestor begins. */
function offsetOf(document: Document, path: ManifestPath, atKey: boolean): number {
  let node: Node | null | undefined = document.contents as Node;
  let offset = node.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return offset;
      const key = pair.key as Node;
      node = pair.value as Node | null;
      offset = (atKey && depth === path.length - 1 ? key : (node ?? key)).range?.[0] ?? offset;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step] as Node | undefined;
      if (node === undefined) return offset;
      offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
