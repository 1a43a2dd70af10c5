import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Names of metrics in the text of a program: all modules that its main.ts reaches by imports of values, types left out.
 * @param main path of main.ts
 */
export function namesReachedFrom(main: string): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<string>();
  const todo = [main];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (seen.has(file) || !existsSync(file)) continue;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, name = ""] of text.matchAll(/"((?:dsmil|shrink)_[a-z0-9_]+)"/g)) {
      if (/new (Counter|Gauge|Histogram)\b/.test(text)) names.add(name);
    }
    for (const [statement, specifier = ""] of text.matchAll(/^(?:import|export)\s[^;]*?from "(\.[^"]+\.ts)"/gm)) {
      if (/^(import|export) type/.test(statement) || onlyTypes(statement)) continue;
      todo.push(resolve(dirname(file), specifier));
    }
  }
  return names;
}

function onlyTypes(statement: string): boolean {
  const [, inner] = /\{([^}]*)\}/.exec(statement) ?? [];
  const parts = (inner ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return parts.length > 0 && parts.every((part) => part.startsWith("type "));
}
