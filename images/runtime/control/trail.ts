import { createHash } from "node:crypto";
import { jsonObject } from "../json-object.ts";

/** One fact in a control API's trail. Neither a body nor a query is ever in it. */
export interface TrailFact {
  /** Name in the manifest; absent where it is not known who asked. */
  readonly operator?: string;
  readonly role?: string;
  /** Address. */
  readonly client?: string;
  /** HTTP method, or `start`, `cut`; `unreadable` of what was no request; `repeated` and `suppressed` of calls that were only counted. */
  readonly what: string;
  /** Decoded, at most 256 characters. */
  readonly path?: string;
  /** Pattern of the path, such as `/v1/tenants/:id`; absent where there is nothing of the path. */
  readonly route?: string;
  readonly status?: number;
  readonly code?: string;
  /** How many calls were only counted. */
  readonly times?: number;
}

/** A fact in the chain. */
export interface TrailEntry extends TrailFact {
  /** From 1, without a gap. */
  readonly seq: number;
  /** RFC 3339 in UTC with milliseconds. */
  readonly ts: string;
  /** Hash of the entry before; zeros before the first. */
  readonly prev: string;
  /** Hex SHA-256 over this line without `hash`. */
  readonly hash: string;
}

/** The hash before the first entry. */
export const TRAIL_GENESIS = "0".repeat(64);

/** The fact after `last`, as a line without its end. */
export function chainLine(last: Pick<TrailEntry, "seq" | "hash">, fact: TrailFact, now: Date): [TrailEntry, string] {
  const body = { seq: last.seq + 1, ts: now.toISOString(), ...fact, prev: last.hash };
  const entry = { ...body, hash: digest(JSON.stringify(body)) };
  return [entry, JSON.stringify(entry)];
}

/** The entry of a line; undefined where it is none, or its hash is not its own. */
export function readEntry(line: string): TrailEntry | undefined {
  const read = jsonObject(line);
  if (read === undefined) return undefined;
  const { hash, ...body } = read;
  const { seq, ts, what, prev } = body;
  const sound = Number.isSafeInteger(seq) && [ts, what, prev].every((value) => typeof value === "string");
  return sound && hash === digest(JSON.stringify(body)) ? (read as unknown as TrailEntry) : undefined;
}

/** Whether each entry follows the one before; what came before the first is not looked at. */
export const follows = (before: Pick<TrailEntry, "seq" | "hash">, { seq, prev }: TrailEntry): boolean =>
  seq === before.seq + 1 && prev === before.hash;

const digest = (content: string): string => createHash("sha256").update(content).digest("hex");
