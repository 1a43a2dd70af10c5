import { isIP } from "node:net";

/** Kinds of indicators that events can share. */
export const INDICATOR_TYPES = ["ip", "domain", "user", "hash"] as const;

export type IndicatorType = (typeof INDICATOR_TYPES)[number];

/** Something that events can have in common; `value` as `folded` gives it. */
export interface Indicator {
  readonly type: IndicatorType;
  readonly value: string;
}

/** What is asked: about an event, an indicator or both. Payload of L8_SOC_EVENT_ENRICHMENT, as JSON. */
export interface Enrichment {
  /** UUID, lower case. */
  readonly event_id?: string;
  readonly indicator?: Indicator;
  /** Most events that the answer lists, 1 to 50. */
  readonly limit: number;
}

/** Largest request, bytes. */
export const MAX_ENRICHMENT_BYTES = 4096;
const MAX_LIMIT = 50;
const DEFAULT_LIMIT = 10;

/** A request that cannot be answered; `param` is the field at fault. */
export class EnrichmentError extends Error {
  readonly param: string | null;

  constructor(message: string, param: string | null = null) {
    super(message);
    this.name = "EnrichmentError";
    this.param = param;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62})){0,126}$/i;
const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i;
const USER = /^[^\p{Cc}\p{Cs}]{1,64}$/u;

const FORMS: Readonly<Record<IndicatorType, readonly [is: (value: string) => boolean, form: string]>> = {
  ip: [(value) => isIP(value) !== 0, "an IPv4 or IPv6 address"],
  domain: [(value) => DOMAIN.test(value), "a domain name"],
  user: [(value) => USER.test(value), "a name of 1 to 64 printable characters"],
  hash: [(value) => HASH.test(value), "an MD5, SHA-1 or SHA-256 in hex"],
};

/** Text by which indicators are compared: letters of ASCII in lower case, as every store can do it alike. */
export function folded(value: string): string {
  return value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * Reads a request that came from outside.
 * @throws EnrichmentError
 */
export function parseEnrichment(body: unknown): Enrichment {
  const fields = objectOf(body, ["event_id", "indicator", "limit"], null);
  const { limit = DEFAULT_LIMIT } = fields;
  const subject = parseSubject(fields);
  if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > MAX_LIMIT) {
    throw new EnrichmentError(`\`limit\` is no whole number from 1 to ${MAX_LIMIT}.`, "limit");
  }
  return { ...subject, limit: limit as number };
}

/**
 * What a request is about: an event, an indicator or both.
 * @throws EnrichmentError
 */
export function parseSubject({ event_id, indicator }: Readonly<Record<string, unknown>>): Omit<Enrichment, "limit"> {
  if (event_id === undefined && indicator === undefined) {
    throw new EnrichmentError("Ask about something: send `event_id`, `indicator` or both.");
  }
  if (event_id !== undefined && (typeof event_id !== "string" || !UUID.test(event_id))) {
    throw new EnrichmentError("`event_id` is no UUID.", "event_id");
  }
  return {
    ...(event_id !== undefined && { event_id: event_id.toLowerCase() }),
    ...(indicator !== undefined && { indicator: parseIndicator(indicator) }),
  };
}

function parseIndicator(body: unknown): Indicator {
  const { type, value } = objectOf(body, ["type", "value"], "indicator");
  const known = INDICATOR_TYPES.find((one) => one === type);
  if (!known) throw new EnrichmentError(`\`type\` is none of ${INDICATOR_TYPES.join(", ")}.`, "indicator.type");
  const [is, form] = FORMS[known];
  if (typeof value !== "string" || !is(value))
    throw new EnrichmentError(`\`value\` is not ${form}.`, "indicator.value");
  return { type: known, value: folded(value) };
}

/**
 * An object with these keys and no others.
 * @throws EnrichmentError
 */
export function objectOf(
  value: unknown,
  keys: readonly string[],
  param: string | null,
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new EnrichmentError(param ? `\`${param}\` is no object.` : "The body is no JSON object.", param);
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown === undefined) return value as Readonly<Record<string, unknown>>;
  throw new EnrichmentError(`Unknown field \`${unknown.slice(0, 32)}\`; known are ${keys.join(", ")}.`, param);
}
