import { jsonObject } from "../json-object.ts";

/** One line of the engine's json-file: a line of the container, or a part of one that is longer than 16 KiB. */
export interface EngineMessage {
  /** Ends with `\n` unless it is a part. */
  readonly text: string;
  readonly stream: string;
  /** Nanoseconds since 1970. */
  readonly time: string;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Reads `{"log":"text\n","stream":"stdout","time":"2026-11-21T14:00:00.123456789Z"}`; undefined for anything else. */
export function parseMessage(line: string): EngineMessage | undefined {
  const { log, stream, time } = jsonObject(line) ?? {};
  if (typeof log !== "string" || typeof time !== "string") return undefined;
  const nanoseconds = readTime(time);
  if (nanoseconds === undefined) return undefined;
  return { text: log, stream: stream === "stderr" ? "stderr" : "stdout", time: nanoseconds };
}

function readTime(text: string): string | undefined {
  const [, whole, fraction = "", zone] = TIME.exec(text) ?? [];
  const milliseconds = Date.parse(`${whole}${zone}`);
  // Loki keeps no times before 1970, and so does no engine.
  if (Number.isNaN(milliseconds) || milliseconds < 0) return undefined;
  return `${milliseconds / 1000}${fraction.padEnd(9, "0")}`;
}
