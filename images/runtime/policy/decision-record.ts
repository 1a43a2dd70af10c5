import { createHash } from "node:crypto";
import { DECISIONS, type DecisionName } from "./decision.ts";

/**
 * One decision, as it is kept. Nothing in it is secret: of a notification it says that it was allowed, not where to.
 * Fields are `null` where there is nothing to say.
 */
export interface DecisionRecord {
  /** Who decided: `l8-soar-alpha`. */
  readonly writer: string;
  /** From 1 for each writer, without a gap. */
  readonly seq: number;
  /** RFC 3339 in UTC with milliseconds. */
  readonly ts: string;
  /** `ALPHA` */
  readonly tenant: string;
  readonly device: number;
  readonly decision: DecisionName;
  /** What the rules were asked, as JSON; null where the request was not of its form. */
  readonly request: string | null;
  readonly allow: boolean;
  readonly reasons: readonly string[];
  /** Version and SHA-384 (hex) of the bundle that decided. */
  readonly policyVersion: number | null;
  readonly policyBundle: string | null;
  /** What it was about: the id of an event or of a request. */
  readonly about: string | null;
  /** How long it took, whole microseconds. */
  readonly micros: number;
}

/** A record in its writer's chain. */
export interface ChainedDecision extends DecisionRecord {
  /** Hash of the record before; zeros before the first. */
  readonly prevHash: Buffer;
  readonly hash: Buffer;
}

/** The hash before a chain's first record. */
export const DECISION_GENESIS: Buffer = Buffer.alloc(32);

/** The record as RFC 8785 writes it: keys in order, no white space. */
export function canonicalDecision(record: DecisionRecord): Buffer {
  const { about, allow, decision, device, micros, policyBundle, policyVersion } = record;
  const { reasons, request, seq, tenant, ts, writer } = record;
  const first = { about, allow, decision, device, micros, policyBundle, policyVersion };
  return Buffer.from(JSON.stringify({ ...first, reasons, request, seq, tenant, ts, writer }));
}

/** Hash of a record that follows another: SHA-256(prev || canonical). @param prev 32 bytes */
export const decisionHash = (prev: Buffer, record: DecisionRecord): Buffer =>
  createHash("sha256").update(prev).update(canonicalDecision(record)).digest();

type Rule = (value: unknown) => boolean;
const matches =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const whole =
  (least: number, most: number = Number.MAX_SAFE_INTEGER): Rule =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const plain =
  (longest: number): Rule =>
  (value) =>
    typeof value === "string" && value.length <= longest && value.isWellFormed() && !value.includes("\0");
const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null || rule(value);

const RULES: Readonly<Record<keyof DecisionRecord, Rule>> = {
  writer: matches(/^[a-z][a-z0-9-]{0,62}$/),
  seq: whole(1),
  ts: matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  tenant: matches(/^[A-Z][A-Z0-9]{1,15}$/),
  device: whole(0, 103),
  decision: (value) => DECISIONS.includes(value as DecisionName),
  // JSON text: a zero byte in a request is written \u0000 there.
  request: orNull(plain(8 * 1024)),
  allow: (value) => typeof value === "boolean",
  reasons: (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= 16 && value.every(matches(/^[a-z][a-z0-9_]{0,63}$/)),
  policyVersion: orNull(whole(1)),
  policyBundle: orNull(matches(/^[0-9a-f]{96}$/)),
  about: orNull(plain(128)),
  micros: whole(0),
};

/**
 * The record in the chain after `prev`.
 * @throws Error naming the field that is not valid
 */
export function chainDecision(prev: Buffer, record: DecisionRecord): ChainedDecision {
  for (const [field, passes] of Object.entries(RULES)) {
    if (!passes(record[field as keyof DecisionRecord])) throw new Error(`decision record: ${field} is not valid`);
  }
  return { ...record, prevHash: prev, hash: decisionHash(prev, record) };
}
