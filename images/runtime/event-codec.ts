import type { DsmilEvent } from "./event.ts";
import type { RejectReason } from "./reject-reason.ts";
import type { Result } from "./result.ts";
import { safeJson } from "./safe-json.ts";
import { SEVERITIES } from "./severity.ts";
import { toUtc } from "./timestamp.ts";

/** Longest event text, characters: a line of 64 KiB, escaped and normalized, with room to spare. */
export const MAX_EVENT_LENGTH = 256 * 1024;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CATEGORY = /^[A-Z][A-Z0-9_]{0,31}$/;
const SEVERITY_SET: ReadonlySet<unknown> = new Set(SEVERITIES);

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isObject: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isUnit: Check = (value) => typeof value === "number" && value >= 0 && value <= 1;
const isUnitOrNone: Check = (value) => value === undefined || isUnit(value);
const isWhole: Check = (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff;
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isTextsOrNone: Check = (value) => value === undefined || isTexts(value);
const isModel: Check = (value) => {
  if (value === undefined) return true;
  const { name, version } = (value ?? {}) as Fields;
  return isShort(name) && isShort(version);
};
const isShort: Check = (value) => typeof value === "string" && value.length <= 64;
const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const isSeverity: Check = (value) => SEVERITY_SET.has(value);

const REQUIRED: Readonly<Record<string, Check>> = {
  event_id: matches(UUID),
  tenant_id: isText,
  ts: (value) => typeof value === "string" && toUtc(value) !== undefined,
  source_device: isWhole,
  source_layer: isWhole,
  category: matches(CATEGORY),
  severity: isSeverity,
  payload: isObject,
};
const RESULTS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  l3: { score: isUnit, decision: matches(/^(PASS|REVIEW|ALERT)$/), rules: isTexts, model: isModel },
  l4: {
    class: matches(CATEGORY),
    confidence: isUnit,
    evidence: isTexts,
    alternatives: Array.isArray,
    model: isModel,
  },
  l8: { device: isWhole, severity_before: isSeverity, severity: isSeverity, escalations: isTexts, complete: isBoolean },
  l8_enrichment: {
    advml_flags: isTextsOrNone,
    signal_flags: isTextsOrNone,
    about: isText,
    facts: (value) => value === undefined || isObject(value),
    l3_score: isUnitOrNone,
    l4_threat: isUnitOrNone,
  },
};

/** An event's text for a stream or a store. */
export function encodeEvent(event: DsmilEvent): string {
  return safeJson(event);
}

/** Reads the text of a stream entry: every field of the right form, none unknown, and of `tenant`. */
export function decodeEvent(text: string | undefined, tenant: string): Result<DsmilEvent> {
  if (text === undefined) return refused("event_invalid", "the entry has no field `event`");
  if (text.length > MAX_EVENT_LENGTH) {
    return refused("event_too_large", `${text.length} characters, at most ${MAX_EVENT_LENGTH}`);
  }
  const parsed = parseObject(text);
  if (!parsed) return refused("event_not_json", "the field `event` is no JSON object");
  const wrong = firstWrong(parsed);
  if (wrong) return refused("event_invalid", wrong);
  if (parsed.tenant_id !== tenant) {
    return refused("tenant_mismatch", `tenant_id ${String(parsed.tenant_id).slice(0, 32)}, expected ${tenant}`);
  }
  return { ok: true, value: parsed as Fields & DsmilEvent };
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function firstWrong(fields: Fields): string | undefined {
  for (const key in REQUIRED) {
    if (!Object.hasOwn(fields, key)) return `${key} is missing`;
    if (!REQUIRED[key]?.(fields[key])) return `${key} has a wrong value`;
  }
  for (const key in fields) {
    if (Object.hasOwn(REQUIRED, key)) continue;
    const parts = Object.hasOwn(RESULTS, key) ? RESULTS[key] : undefined;
    if (!parts) return `unknown key ${key.slice(0, 32)}`;
    const result = fields[key];
    if (!isObject(result)) return `${key} is no object`;
    for (const part in parts) {
      if (!parts[part]?.((result as Fields)[part])) return `${key}.${part} has a wrong value`;
    }
  }
  return undefined;
}

function refused(reason: RejectReason, detail: string): Result<never> {
  return { ok: false, reason, detail };
}
