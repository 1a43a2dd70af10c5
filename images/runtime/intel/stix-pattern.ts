/** One comparison of a pattern. */
export interface StixComparison {
  readonly type: "ip" | "domain" | "url" | "user" | "hash";
  readonly value: string;
}

/** Object paths of STIX 2.1 whose values events have, and what they are here. */
const PATHS: Readonly<Record<string, StixComparison["type"]>> = {
  "ipv4-addr:value": "ip",
  "ipv6-addr:value": "ip",
  "domain-name:value": "domain",
  "url:value": "url",
  "user-account:account_login": "user",
  "user-account:user_id": "user",
  "file:hashes.MD5": "hash",
  "file:hashes.'MD5'": "hash",
  "file:hashes.'SHA-1'": "hash",
  "file:hashes.'SHA-256'": "hash",
};

const COMPARISON =
  /\s*([a-z][a-z0-9-]*:[A-Za-z0-9_.'-]{1,120})\s*(=|!=|[A-Z]{2,10}|<=?|>=?)\s*('(?:[^'\\]|\\.)*'|\S{1,64})\s*/y;
const BETWEEN = /\s*OR\s*/y;

/** Comparisons of one pattern at most. */
const MOST = 1000;

/**
 * Reads a STIX 2.1 pattern of the simple form: comparisons with `=` (or, of addresses, ISSUBSET), joined by OR within a
 * bracket or between brackets, so that each of them alone is reason enough. Of anything else only its kind is told.
 */
export function readPattern(pattern: string): readonly StixComparison[] | { readonly unknown: string } {
  const found: StixComparison[] = [];
  let at = 0;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const match = expression.exec(pattern);
    if (match) at = expression.lastIndex;
    return match;
  };
  for (;;) {
    if (!take(/\s*\[/y)) return { unknown: "pattern that is no list of comparisons" };
    do {
      const match = take(COMPARISON);
      if (!match) return { unknown: "pattern that is no comparison" };
      const read = comparison(match);
      if ("unknown" in read) return read;
      found.push(read);
      if (found.length > MOST) return { unknown: `pattern of more than ${MOST} comparisons` };
    } while (take(BETWEEN));
    if (!take(/\s*\]\s*/y)) {
      const next = /^\s*([A-Z]{2,16})/.exec(pattern.slice(at, at + 24))?.[1];
      return { unknown: next ? `pattern with ${next}` : "pattern that does not end" };
    }
    if (at === pattern.length) return found;
    if (!take(BETWEEN)) {
      const next = /^([A-Z]{2,16})/.exec(pattern.slice(at, at + 24))?.[1];
      return { unknown: next ? `pattern with ${next}` : "pattern with more behind its end" };
    }
  }
}

function comparison([, path = "", operator = "", text = ""]: RegExpExecArray): StixComparison | { unknown: string } {
  const type = Object.hasOwn(PATHS, path) ? PATHS[path] : undefined;
  if (type === undefined) return { unknown: `path ${path.slice(0, 48)}` };
  if (operator !== "=" && !(operator === "ISSUBSET" && type === "ip")) return { unknown: `operator ${operator}` };
  if (!text.startsWith("'")) return { unknown: "value that is no text" };
  return { type, value: text.slice(1, -1).replace(/\\(.)/g, "$1") };
}
