import { type DiffReport, type PropertyPath, type Props, UNKNOWN } from "./handler.ts";
import { elementName, formatPath } from "./path.ts";

const isObject = (value: unknown): value is Props =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** A list whose elements all have distinct names, by name. */
function byName(list: readonly unknown[]): Map<string, unknown> | undefined {
  const named = new Map<string, unknown>();
  for (const element of list) {
    const name = elementName(element);
    if (name === undefined || named.has(name)) return undefined;
    named.set(name, element);
  }
  return named;
}

/** The deepest paths at which two values differ; an unknown differs from everything. */
export function differences(old: unknown, now: unknown, path: PropertyPath = []): PropertyPath[] {
  if (now === UNKNOWN || old === UNKNOWN) return [path];
  if (Array.isArray(old) && Array.isArray(now)) {
    const [oldNamed, nowNamed] = [byName(old), byName(now)];
    if (oldNamed && nowNamed) return keyed(oldNamed, nowNamed, path);
    if (old.length !== now.length) return [path];
    return now.flatMap((element, i) => differences(old[i], element, [...path, i]));
  }
  if (isObject(old) && isObject(now)) return keyed(new Map(Object.entries(old)), new Map(Object.entries(now)), path);
  return Object.is(old, now) ? [] : [path];
}

function keyed(old: Map<string, unknown>, now: Map<string, unknown>, path: PropertyPath): PropertyPath[] {
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [before, after] = [old.get(key), now.get(key)];
    return before === undefined || after === undefined
      ? before === after
        ? []
        : [[...path, key]]
      : differences(before, after, [...path, key]);
  });
}

/**
 * The default `diff`: every input against the state.
 * @param outputs properties of the state that are no inputs and are therefore left out
 */
export function compare(
  old: object,
  inputs: object,
  outputs: readonly string[],
  replaceOn: readonly string[],
): DiffReport {
  const before = Object.fromEntries(Object.entries(old).filter(([key]) => !outputs.includes(key)));
  const paths = differences(before, inputs);
  const tops = new Set(paths.map((path) => String(path[0])));
  return { changed: paths.map(formatPath), replace: replaceOn.filter((property) => tops.has(property)) };
}
