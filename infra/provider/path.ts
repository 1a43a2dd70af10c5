import type { PropertyPath } from "./handler.ts";

const plain = /^[A-Za-z_$][\w$]*$/;

/** `["users", "alpha_reader", "rules"]` → `users["alpha_reader"].rules`; the first part is always a plain name. */
export function formatPath(path: PropertyPath): string {
  return path
    .map((part, i) => {
      if (typeof part === "number") return `[${part}]`;
      if (i === 0) return part;
      // A name directly below a top-level property is data (a user, a file), deeper ones are fields.
      return plain.test(part) && i > 1 ? `.${part}` : `[${JSON.stringify(part)}]`;
    })
    .join("");
}

/** The reverse of `formatPath`; also takes what handlers write by hand: `users["a b"].rules`, `files.x`, `list[3]`. */
export function parsePath(text: string): PropertyPath {
  const parts: (string | number)[] = [];
  const token = /\.?([^.[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gy;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`"${text}" is no property path: stuck at character ${at + 1}`);
    if (match[2] !== undefined) parts.push(Number(match[2]));
    else if (match[3] !== undefined) parts.push(JSON.parse(match[3]) as string);
    else parts.push(match[1] as string);
  }
  return parts;
}

/** What names an element of a list, so that lists compare by name and not by position. */
export function elementName(element: unknown): string | undefined {
  if (element === null || typeof element !== "object") return undefined;
  const { name, key, id, node } = element as { name?: unknown; key?: unknown; id?: unknown; node?: unknown };
  return [name, key, id, node].find((value) => typeof value === "string") as string | undefined;
}

/** The value at a path, where a list also answers to its elements' names; `undefined` when there is none. */
export function valueAt(root: unknown, path: PropertyPath): unknown {
  let value = root;
  for (const part of path) {
    if (Array.isArray(value)) {
      value = typeof part === "number" ? value[part] : value.find((element) => elementName(element) === part);
    } else if (value !== null && typeof value === "object") value = (value as Record<string, unknown>)[part];
    else return undefined;
  }
  return value;
}

/**
 * The path in the form that the engine can follow: names of list elements become positions in `root`.
 * `undefined` when `root` has no such element.
 */
export function positions(root: unknown, path: PropertyPath): PropertyPath | undefined {
  const found: (string | number)[] = [];
  let value = root;
  for (const part of path) {
    if (Array.isArray(value) && typeof part === "string") {
      const index = value.findIndex((element) => elementName(element) === part);
      if (index < 0) return undefined;
      found.push(index);
      value = value[index];
    } else {
      found.push(part);
      value = valueAt(value, [part]);
    }
  }
  return found;
}
