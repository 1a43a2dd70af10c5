import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import schema from "./manifest.schema.json" with { type: "json" };
import type { Loose, Manifest } from "./manifest.ts";
import type { Finding, ManifestPath } from "./manifest-error.ts";
import { nearest } from "./nearest.ts";

/** What the schema says of a manifest: mistakes, and what is left when they are cut out. */
export interface SchemaReport {
  readonly findings: readonly Finding[];
  /** Sound parts only, with defaults filled in. Complete when there are no findings. */
  readonly sound: Loose<Manifest>;
}

let validator: ValidateFunction | undefined;

function compiled(): ValidateFunction {
  if (validator === undefined) {
    const ajv = new Ajv({ allErrors: true, verbose: true, useDefaults: true, strict: true, allowUnionTypes: false });
    addFormats.default(ajv, ["ipv4"]);
    // Editors show it in place of the pattern, and so do we.
    ajv.addVocabulary(["patternErrorMessage"]);
    validator = ajv.compile(schema);
  }
  return validator;
}

/** Checks data against manifest.schema.json. The data is not changed. */
export function checkSchema(data: unknown): SchemaReport {
  const copy = structuredClone(data);
  const validate = compiled();
  const errors = validate(copy) ? [] : (validate.errors ?? []);
  const sound = errors.reduce<unknown>((rest, error) => cutOut(rest, error), copy);
  const findings = errors.filter((error) => !isMisspelt(error, errors)).map((error) => toFinding(error, data));
  return { findings, sound: (sound ?? {}) as Loose<Manifest> };
}

/** Whether a missing key is there with a spelling mistake: one mistake, to be reported once. */
function isMisspelt(missing: ErrorObject, errors: readonly ErrorObject[]): boolean {
  if (missing.keyword !== "required") return false;
  return errors.some(
    (other) =>
      other.keyword === "additionalProperties" &&
      other.instancePath === missing.instancePath &&
      nearest(String(other.params.additionalProperty), [String(missing.params.missingProperty)]) !== undefined,
  );
}

/** Removes the refused value; an unknown key, a missing key or too few entries leave the rest as it is. */
function cutOut(data: unknown, { keyword, instancePath }: ErrorObject): unknown {
  if (["additionalProperties", "required", "minItems", "uniqueItems"].includes(keyword)) return data;
  const steps = pointer(instancePath);
  const last = steps.pop();
  if (last === undefined) return undefined;
  let parent: unknown = data;
  for (const step of steps) parent = (parent as Record<string, unknown> | undefined)?.[step];
  // Entries of a list keep their place, as their number is part of every later message.
  if (typeof parent === "object" && parent !== null) (parent as Record<string, unknown>)[last] = undefined;
  return data;
}

function pointer(instancePath: string): string[] {
  const steps = instancePath.split("/").slice(1);
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Steps of a JSON pointer, list positions as numbers. */
function pathOf(instancePath: string, data: unknown): ManifestPath {
  let value: unknown = data;
  return pointer(instancePath).map((step) => {
    const isList = Array.isArray(value);
    value = (value as Record<string, unknown> | undefined)?.[step];
    return isList ? Number(step) : step;
  });
}

function toFinding(error: ErrorObject, data: unknown): Finding {
  const path = pathOf(error.instancePath, data);
  const params = error.params as Record<string, unknown>;
  if (error.keyword === "additionalProperties") {
    const key = String(params.additionalProperty);
    const known = Object.keys((error.parentSchema?.properties ?? {}) as object);
    const message = `unknown key "${clip(key)}"; expected ${oneOf(known)}`;
    return { path: [...path, key], atKey: true, message, suggestion: nearest(key, known) };
  }
  if (error.keyword === "required")
    return { path, message: `has no "${String(params.missingProperty)}", which is required` };
  if (error.keyword === "uniqueItems") {
    const [first, second] = [Number(params.j), Number(params.i)].sort((a, b) => a - b) as [number, number];
    const value = (error.data as unknown[])[second];
    return { path: [...path, second], message: `${show(value)} is listed twice, first as entry ${first + 1}` };
  }
  if (error.keyword === "enum") {
    const allowed = (params.allowedValues as unknown[]).map(String);
    const message = `${show(error.data)} is not valid here; expected ${oneOf(allowed)}`;
    return { path, message, suggestion: nearest(String(error.data), allowed) };
  }
  return { path, message: `${show(error.data)} is not valid here; expected ${expectation(error)}` };
}

/** What would have been right, in words. */
function expectation({ keyword, params, parentSchema }: ErrorObject): string {
  const { limit, type } = params as { limit?: number; type?: string };
  const hint = parentSchema?.patternErrorMessage;
  switch (keyword) {
    case "type":
      return typeof hint === "string" ? hint : typeName(String(type));
    case "pattern":
      return typeof hint === "string" ? hint : `text that matches ${String(parentSchema?.pattern)}`;
    case "format":
      return "an IPv4 address, such as 172.20.0.10";
    case "minimum":
      return `at least ${limit}`;
    case "maximum":
      return `at most ${limit}`;
    case "minLength":
      return `at least ${limit} characters`;
    case "maxLength":
      return `at most ${limit} characters`;
    case "minItems":
      return `at least ${limit === 1 ? "one entry" : `${limit} entries`}`;
    case "maxItems":
      return `at most ${limit} entries`;
    default:
      return `what "${keyword}" of the schema allows`;
  }
}

function typeName(type: string): string {
  const names: Record<string, string> = {
    array: "a list",
    object: "a block of keys",
    string: "text",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
  };
  return names[type] ?? type;
}

const clip = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);

function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a block of keys";
  return clip(JSON.stringify(value));
}

function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length === 1 ? (quoted[0] ?? "") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1) ?? ""}`;
}
