import type { JsonObject } from "../json-object.ts";
import { jsonObject } from "../json-object.ts";
import { toUtc } from "../timestamp.ts";
import { type FeedIndicator, normalised } from "./indicator.ts";
import { hasTooManyValues, MOST_VALUES } from "./json-values.ts";
import { type Load, ROOM } from "./load.ts";
import { ownText } from "./own-text.ts";
import { FeedCollector, type ParsedFeed } from "./parsed-feed.ts";
import { readPattern } from "./stix-pattern.ts";

/** What a feed says of indicators that say nothing of themselves. */
export interface FeedDefaults {
  /** Id of the feed. */
  readonly feed: string;
  /** 0 to 100 */
  readonly confidence: number;
}

/**
 * Reads a STIX 2.1 bundle.
 * @param room what it may take
 * @throws Error when the text is no bundle, or there is no room for it
 */
export function parseStix(text: string, defaults: FeedDefaults, room: Load = ROOM): ParsedFeed {
  if (hasTooManyValues(text, MOST_VALUES.file))
    throw new Error(`has more than ${MOST_VALUES.file} values and keys of JSON`);
  const bundle = jsonObject(text);
  if (bundle?.type !== "bundle") throw new Error("is no STIX bundle: no JSON object of the type bundle");
  const { objects = [] } = bundle;
  if (!Array.isArray(objects)) throw new Error("is no STIX bundle: its objects are no list");
  const collector = new FeedCollector(room);
  for (const object of objects as readonly unknown[]) {
    const read = readStixIndicator(object, defaults);
    if ("skipped" in read) collector.skip(read.skipped);
    else for (const one of read.indicators) collector.add(one);
    for (const name of "wrong" in read ? read.wrong : []) collector.skip(name);
  }
  return collector.parsed;
}

/** What an object of STIX is worth here. */
export type StixRead =
  | { readonly skipped: string }
  | { readonly indicators: readonly FeedIndicator[]; readonly wrong: readonly string[] };

/** Reads one object of a bundle or of a TAXII collection; whatever is not understood is named. */
export function readStixIndicator(object: unknown, { feed, confidence: usual }: FeedDefaults): StixRead {
  if (typeof object !== "object" || object === null || Array.isArray(object)) return { skipped: "what is no object" };
  const fields = object as JsonObject;
  const { type, spec_version, revoked, pattern, pattern_type, valid_from, valid_until, confidence = usual } = fields;
  if (type !== "indicator")
    return { skipped: `object ${typeof type === "string" ? type.slice(0, 32) : "without type"}` };
  if (spec_version !== "2.1") return { skipped: "indicator that is not of STIX 2.1" };
  if (revoked === true) return { skipped: "revoked indicator" };
  if (pattern_type !== "stix") return { skipped: `pattern_type ${String(pattern_type).slice(0, 16)}` };
  if (typeof pattern !== "string" || pattern.length > 65_536) return { skipped: "indicator without a pattern" };
  const from = time(valid_from);
  const until = valid_until === undefined ? undefined : time(valid_until);
  if (from === undefined || (valid_until !== undefined && (until === undefined || until <= from))) {
    return { skipped: "indicator without a sound period" };
  }
  if (!isConfidence(confidence)) return { skipped: "indicator with an unsound confidence" };
  const comparisons = readPattern(pattern);
  if ("unknown" in comparisons) return { skipped: comparisons.unknown };
  const labels = labelsOf(fields);
  const indicators: FeedIndicator[] = [];
  const wrong: string[] = [];
  for (const { type: kind, value } of comparisons) {
    const form = normalised(kind, value);
    if ("wrong" in form) wrong.push(`${kind} that is ${form.wrong}`);
    else indicators.push({ feed, ...form, confidence, from, ...(until !== undefined && { until }), labels });
  }
  return { indicators, wrong };
}

function time(value: unknown): number | undefined {
  const utc = typeof value === "string" ? toUtc(value) : undefined;
  return utc === undefined ? undefined : Date.parse(utc);
}

/** Whether it is a confidence as STIX has it: a whole number from 0 to 100. */
export function isConfidence(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100;
}

const MOST_LABELS = 8;

function labelsOf({ indicator_types, labels }: JsonObject): readonly string[] {
  const all = [indicator_types, labels].flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []));
  const texts = all.filter((one): one is string => typeof one === "string" && one !== "");
  return [...new Set(texts.map((one) => ownText(one.slice(0, 64))))].slice(0, MOST_LABELS);
}
