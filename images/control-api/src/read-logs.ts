import type { LogLineAnswer, LogsAnswer } from "../../runtime/control/findings.ts";
import { LEVELS, type Level, levelOf } from "../../runtime/logs/level.ts";
import { logTail } from "./log-tail.ts";
import type { KnownContainer } from "./view.ts";

/** Which lines are wanted. */
export interface LogFilter {
  /** Milliseconds since 1970. */
  readonly since?: number;
  readonly limit: number;
  /** The least urgent that is wanted. */
  readonly level?: Level;
  /** A text that the line holds, whatever its case. */
  readonly grep?: string;
}

/** Longest line that is passed on, characters. */
const MOST_LINE = 8192;
/** Largest answer, bytes of JSON. */
const MOST_BYTES = 1024 * 1024;

interface Sized {
  readonly line: LogLineAnswer;
  readonly bytes: number;
}

/**
 * The newest lines of these containers that match, from the engine's files, a container at a time; where they are too
 * large for an answer, the oldest are left out and their containers named as cut.
 */
export async function readLogs(dir: string, from: readonly KnownContainer[], filter: LogFilter): Promise<LogsAnswer> {
  let lines: Sized[] = [];
  const cut = new Set<string>();
  const unread: string[] = [];
  for (const { name, tenant, found } of from) {
    const tail = found && (await logTail(dir, found.id));
    if (tail === undefined) {
      unread.push(name);
      continue;
    }
    const matching = tail.messages.flatMap(({ text, time }) => {
      const at = Number(time.slice(0, -6));
      const level = levelOf(text);
      if (!matches(filter, at, level, text)) return [];
      const line = { time: new Date(at).toISOString(), container: name, level, text: text.slice(0, MOST_LINE) };
      return sized(tenant === undefined ? line : { ...line, tenant });
    });
    const oldest = tail.messages[0];
    const reaches =
      filter.since !== undefined && oldest !== undefined && Number(oldest.time.slice(0, -6)) < filter.since;
    if (tail.cut && !reaches && matching.length < filter.limit) cut.add(name);
    lines = [...lines, ...matching]
      .sort(({ line: a }, { line: b }) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
      .slice(-filter.limit);
    const [left, kept] = split(lines);
    for (const { line } of left) cut.add(line.container);
    lines = kept;
  }
  return { lines: lines.map(({ line }) => line), cut: [...cut].sort(), unread };
}

const sized = (line: LogLineAnswer): Sized => ({ line, bytes: Buffer.byteLength(JSON.stringify(line)) + 1 });

/** The oldest that an answer has no room for, and the rest. */
function split(lines: Sized[]): [Sized[], Sized[]] {
  let room = MOST_BYTES;
  let from = lines.length;
  while (from > 0) {
    room -= lines[from - 1]?.bytes ?? 0;
    if (room < 0) break;
    from -= 1;
  }
  return [lines.slice(0, from), lines.slice(from)];
}

function matches({ since, level, grep }: LogFilter, at: number, own: Level, text: string): boolean {
  if (since !== undefined && at < since) return false;
  if (level !== undefined && LEVELS.indexOf(own) < LEVELS.indexOf(level)) return false;
  return grep === undefined || text.toLowerCase().includes(grep.toLowerCase());
}
