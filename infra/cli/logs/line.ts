import { LEVELS, levelOf } from "../../../images/runtime/logs/level.ts";
import type { EngineMessage } from "./frames.ts";
import type { LogFilter, LogLine, LogSource } from "./types.ts";

/** A container's message as a line of the fleet's log. */
export function logLine({ name, node, service, tenant, layer, device }: LogSource, message: EngineMessage): LogLine {
  return {
    time: message.time,
    node,
    service,
    container: name,
    ...(tenant !== undefined && { tenant }),
    ...(layer !== undefined && { layer }),
    ...(device !== undefined && { device }),
    level: levelOf(message.text),
    line: message.text,
  };
}

/** Whether a line is wanted. */
export function fits({ level, grep }: Pick<LogFilter, "level" | "grep">, line: LogLine): boolean {
  if (level !== undefined && LEVELS.indexOf(line.level) < LEVELS.indexOf(level)) return false;
  return grep === undefined || grep.test(line.line);
}

/** The latest `limit` lines of several containers, by time; of one container in its order. */
export function mergeLines(lists: readonly (readonly LogLine[])[], limit: number): readonly LogLine[] {
  const all = lists.flat().sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return all.slice(-limit);
}
