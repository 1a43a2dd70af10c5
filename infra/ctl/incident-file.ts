import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { CtlError } from "./ctl-error.ts";
import type { IncidentNode } from "./incident-collect.ts";

/** All that an incident report is written from. */
export interface Incident {
  readonly format: "dsmil-incident/1";
  readonly made: string;
  /** Least recent time of the trails' entries. */
  readonly trailSince: string;
  readonly nodes: readonly IncidentNode[];
  /** Lines that were left out, oldest first, as the file would have been too large. */
  readonly linesLeftOut: number;
}

/** Largest file before it is compressed, bytes. */
export const MOST_BYTES = 16 * 1024 * 1024;
/** Share of lines that stays, each time they are too many. */
const KEEP = 0.7;

/** Puts the nodes' answers together; the oldest lines of each node are left out until all fits. */
export function incidentOf(nodes: readonly IncidentNode[], now: number, mostBytes = MOST_BYTES): Incident {
  const count = (some: readonly IncidentNode[]): number => some.reduce((sum, { logs }) => sum + logs.length, 0);
  const made = new Date(now).toISOString();
  const trailSince = new Date(now - 3_600_000).toISOString();
  let kept = nodes;
  for (;;) {
    const linesLeftOut = count(nodes) - count(kept);
    const incident: Incident = { format: "dsmil-incident/1", made, trailSince, linesLeftOut, nodes: kept };
    if (count(kept) === 0 || Buffer.byteLength(textOf(incident)) <= mostBytes) return incident;
    kept = kept.map((one) => ({ ...one, logs: one.logs.slice(one.logs.length - Math.floor(one.logs.length * KEEP)) }));
  }
}

/**
 * Writes it for its owner alone, compressed where the name ends with `.gz`; a file that is there stays.
 * @returns bytes of the file
 * @throws CtlError where it cannot be written; nothing is left then
 */
export function writeIncident(path: string, incident: Incident): number {
  const text = textOf(incident);
  const content = path.endsWith(".gz") ? gzipSync(text) : Buffer.from(text);
  let file: number;
  try {
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    throw unwritten(path, error as NodeJS.ErrnoException);
  }
  try {
    writeFileSync(file, content);
  } catch (error) {
    rmSync(path, { force: true });
    throw unwritten(path, error as NodeJS.ErrnoException);
  } finally {
    closeSync(file);
  }
  return content.length;
}

const textOf = (incident: Incident): string => `${JSON.stringify(incident, null, 1)}\n`;

const unwritten = (path: string, { code, message }: NodeJS.ErrnoException): CtlError =>
  code === "EEXIST"
    ? new CtlError(`${path} is there already`, "name a file that is not there yet")
    : new CtlError(`${path} cannot be written: ${message}`, "name a file in a folder that you may write to");
