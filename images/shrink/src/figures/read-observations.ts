import { createHmac } from "node:crypto";
import { Refusal } from "../../../runtime/api/refusal.ts";
import { jsonObject } from "../../../runtime/json-object.ts";
import { toUtc } from "../../../runtime/timestamp.ts";
import type { Trace } from "./trace.ts";

/** An observation of an operator, known by a pseudonym. */
export interface Observation {
  readonly operator: string;
  readonly trace: Trace;
}

/** Most observations of one request. */
export const MAX_OBSERVATIONS = 500;
/** How old an observation may be, and how far a clock may be ahead, milliseconds. */
const OLDEST = 3_600_000;
const AHEAD = 60_000;
const KEYS: ReadonlySet<string> = new Set(["operator", "at", "kind", "text", "exit", "keys", "corrections"]);
/** Local hour and zone of an RFC 3339 time. */
const HOUR = /^.{11}(\d{2}):/;

/**
 * The observations of an NDJSON body. Names and texts end here: what leaves is a pseudonym, digests and numbers.
 * @param salt key of the pseudonyms and digests
 * @throws Refusal naming the first line that is wrong: all are taken or none
 */
export function readObservations(body: string, salt: Buffer, now: number): readonly Observation[] {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new Refusal(400, "empty", "The body has no line.");
  if (lines.length > MAX_OBSERVATIONS) {
    throw new Refusal(
      413,
      "too_many_lines",
      `The body has ${lines.length} lines; ${MAX_OBSERVATIONS} are taken at once.`,
    );
  }
  return lines.map((line, index) => {
    const refuse = (why: string): Refusal =>
      new Refusal(400, "invalid_observation", `Line ${index + 1} ${why}; no line of this request was taken.`);
    return toObservation(line, salt, now, refuse);
  });
}

function toObservation(line: string, salt: Buffer, now: number, refuse: (why: string) => Refusal): Observation {
  const fields = jsonObject(line);
  if (!fields) throw refuse("is no JSON object");
  const unknown = Object.keys(fields).find((key) => !KEYS.has(key));
  if (unknown !== undefined) throw refuse(`has an unknown key ${unknown.slice(0, 32)}`);
  const { operator, at, kind, text, exit, keys = 0, corrections = 0 } = fields;
  if (typeof operator !== "string" || operator === "" || operator.length > 128)
    throw refuse("has no `operator` of 1 to 128");
  const utc = typeof at === "string" ? toUtc(at) : undefined;
  const time = utc === undefined ? Number.NaN : Date.parse(utc);
  if (!(time <= now + AHEAD && time >= now - OLDEST))
    throw refuse("has an `at` that is no RFC 3339 time of the last hour");
  if (kind !== "command" && kind !== "text") throw refuse("has a `kind` that is neither command nor text");
  if (typeof text !== "string" || text.length > 4096) throw refuse("has no `text` of at most 4096");
  if (exit !== undefined && !isCount(exit, 255)) throw refuse("has an `exit` that is no number from 0 to 255");
  if (exit !== undefined && kind === "text") throw refuse("has an `exit`, which only a command has");
  if (!isCount(keys, 100_000) || !isCount(corrections, 100_000))
    throw refuse("has `keys` or `corrections` that are no counts");
  const digest = (value: string): number => createHmac("sha256", salt).update(value).digest().readUIntBE(0, 6);
  const trimmed = text.trim();
  return {
    operator: createHmac("sha256", salt).update(`operator ${operator}`).digest("hex").slice(0, 16),
    trace: {
      at: Math.min(time, now),
      hour: Number(HOUR.exec(at as string)?.[1] ?? 12),
      command: kind === "command",
      failed: exit !== undefined && exit !== 0,
      text: digest(`text ${trimmed}`),
      word: digest(`word ${trimmed.split(/\s/, 1)[0] ?? ""}`),
      keys,
      corrections,
    },
  };
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
