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

/** The newest lines of these containers that match, from the engine's files, a container at a time. */
export async function readLogs(dir: string, from: readonly KnownContainer[], filter: LogFilter): Promise<LogsAnswer> {
  let lines: LogLineAnswer[] = [];
  const [cut, unread]: [string[], string[]] = [[], []];
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
      return [tenant === undefined ? line : { ...line, tenant }];
    });
    const oldest = tail.messages[0];
    const reaches =
      filter.since !== undefined && oldest !== undefined && Number(oldest.time.slice(0, -6)) < filter.since;
    if (tail.cut && !reaches && matching.length < filter.limit) cut.push(name);
    lines = [...lines, ...matching]
      .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
      .slice(-filter.limit);
  }
  return { lines, cut, unread };
}

function matches({ since, level, grep }: LogFilter, at: number, own: Level, text: string): boolean {
  if (since !== undefined && at < since) return false;
  if (level !== undefined && LEVELS.indexOf(own) < LEVELS.indexOf(level)) return false;
  return grep === undefined || text.toLowerCase().includes(grep.toLowerCase());
}
