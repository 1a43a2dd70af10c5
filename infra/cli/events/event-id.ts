import { createHash, randomBytes } from "node:crypto";

/** Line numbers are written into 62 bits; ids of a run are ordered like its lines. */
const LINE_LIMIT = Number.MAX_SAFE_INTEGER;

/** Shape of a run id: what `--run` accepts. */
export const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A name for a new run, told apart by time and chance: `20261121-143205-9f3a1c`. */
export function newRunId(now: Date = new Date()): string {
  const stamp = now
    .toISOString()
    .replaceAll(/[-:]|\..*$/g, "")
    .replace("T", "-");
  return `${stamp}-${randomBytes(3).toString("hex")}`;
}

/**
 * Id of one line of a run: a UUID of version 8 (RFC 9562 §5.8) whose first 60 free bits are SHA-256 of tenant and run
 * and whose last 62 are the line's number. The same line of the same run gets the same id however often it is sent, and
 * a run is one range of the archive's primary key: it is counted without a scan, and what is missing has a number.
 * @param line from 1
 */
export function eventId(tenant: string, run: string, line: number): string {
  if (!Number.isInteger(line) || line < 0 || line > LINE_LIMIT) throw new RangeError(`no line number: ${line}`);
  const head = createHash("sha256").update(`dsmil event v1\n${tenant}\n${run}`).digest("hex");
  const tail = (0x8000_0000_0000_0000n | BigInt(line)).toString(16);
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-8${head.slice(12, 15)}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** The ids of all lines of a run, first and last inclusive. */
export function runRange(tenant: string, run: string, from = 1, to = LINE_LIMIT): { first: string; last: string } {
  return { first: eventId(tenant, run, from), last: eventId(tenant, run, to) };
}

/** The line number inside an id of `eventId`. */
export function lineOf(id: string): number {
  return Number(BigInt(`0x${id.slice(19).replaceAll("-", "")}`) & 0x3fff_ffff_ffff_ffffn);
}
