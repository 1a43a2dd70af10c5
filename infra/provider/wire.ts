import { type PropertyPath, type Props, UNKNOWN } from "./handler.ts";

/** Marks of the engine's property protocol (pulumi: sdk/go/common/resource/sig.go and plugin/rpc.go). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A property bag off the wire. */
export interface Decoded {
  readonly props: Props;
  /** Where secrets were. */
  readonly secretPaths: readonly PropertyPath[];
  /** Every text below a secret mark, for redaction. */
  readonly secretTexts: ReadonlySet<string>;
  /** Where something is not known yet. */
  readonly unknownPaths: readonly PropertyPath[];
}

/** Takes secret marks off and remembers them; unknowns become `UNKNOWN`, nulls are absent. */
export function decode(bag: Props): Decoded {
  const secretPaths: PropertyPath[] = [];
  const secretTexts = new Set<string>();
  const unknownPaths: PropertyPath[] = [];
  const visit = (value: unknown, path: PropertyPath, secret: boolean): unknown => {
    if (value === UNKNOWN_VALUE) {
      unknownPaths.push(path);
      return UNKNOWN;
    }
    if (Array.isArray(value)) return value.map((element, i) => visit(element, [...path, i], secret));
    if (value !== null && typeof value === "object") {
      const object = value as Props;
      if (object[SIGNATURE] === SECRET) {
        secretPaths.push(path);
        return visit(object.value, path, true);
      }
      if (SIGNATURE in object) {
        throw new Error(`property "${path.join(".")}" is an asset or a resource reference; give plain data instead`);
      }
      return Object.fromEntries(
        Object.entries(object)
          .filter(([, element]) => element !== null && element !== undefined)
          .map(([key, element]) => [key, visit(element, [...path, key], secret)]),
      );
    }
    if (secret && (typeof value === "string" || typeof value === "number")) secretTexts.add(String(value));
    return value;
  };
  const props = visit(bag, [], false) as Props;
  return { props, secretPaths, secretTexts, unknownPaths };
}

/** Shortest text that is taken for a secret wherever it turns up; shorter ones match by chance. */
const SHORTEST_SECRET = 8;

/** What must leave as a secret. */
export interface SecretRules {
  /** Positions in lists count as "any". */
  readonly paths: readonly PropertyPath[];
  /** Texts that are secret in whatever output they appear. */
  readonly texts: ReadonlySet<string>;
}

/** Puts the marks on: at every secret path, and on every text that contains a secret. */
export function encode(props: object, rules: SecretRules): Props {
  const secretAt = new Set(rules.paths.map(pattern));
  const texts = [...rules.texts].filter((text) => text.length >= SHORTEST_SECRET);
  const visit = (value: unknown, path: PropertyPath): unknown => {
    if (secretAt.has(pattern(path))) return seal(strip(value));
    if (typeof value === "string" && texts.some((text) => value.includes(text))) return seal(value);
    if (Array.isArray(value)) return value.map((element, i) => visit(element, [...path, i]));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, element]) => element !== undefined)
          .map(([key, element]) => [key, visit(element, [...path, key])]),
      );
    }
    return value === UNKNOWN ? UNKNOWN_VALUE : value;
  };
  return visit(props, []) as Props;
}

const seal = (value: unknown): Props => ({ [SIGNATURE]: SECRET, value });

const pattern = (path: PropertyPath): string =>
  JSON.stringify(path.map((part) => (typeof part === "number" ? null : part)));

/** Unknowns in the engine's form, absent values left out; no marks below a mark. */
function strip(value: unknown): unknown {
  if (value === UNKNOWN) return UNKNOWN_VALUE;
  if (Array.isArray(value)) return value.map(strip);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, element]) => element !== undefined)
      .map(([key, element]) => [key, strip(element)]),
  );
}
