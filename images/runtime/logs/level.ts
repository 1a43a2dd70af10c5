import { jsonObject } from "../json-object.ts";

/** Levels that log lines are sorted into, least urgent first. */
export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

const NAMES: Readonly<Record<string, Level>> = {
  trace: "debug",
  debug: "debug",
  info: "info",
  notice: "info",
  log: "info",
  warn: "warn",
  warning: "warn",
  alert: "error",
  error: "error",
  err: "error",
  crit: "error",
  critical: "error",
  fatal: "error",
  panic: "error",
};

/** Where programs that are not ours say it: `level=WARN`, `[WARNING]`, `ERROR:`, `PANIC:`; in the first words only. */
const PLAIN =
  /\blevel=(\w+)|\[(\w+)\s*\]|\b(DEBUG|INFO|NOTICE|LOG|WARN|WARNING|ALERT|ERROR|CRITICAL|FATAL|PANIC)\b(?=:|\s)/g;
const LOOKED_AT = 160;
/** Most of a line that is read as JSON; what is longer is judged as plain text. */
const MOST_JSON = 64 * 1024;

/** The level of a log line: of its JSON's `level`, else as its first words say; a line that says none is `info`. */
export function levelOf(line: string): Level {
  if (line.startsWith("{") && line.length <= MOST_JSON) {
    const { level } = jsonObject(line) ?? {};
    if (typeof level === "string") return named(level) ?? "info";
  }
  for (const [, ...groups] of line.slice(0, LOOKED_AT).matchAll(PLAIN)) {
    const level = named(groups.find((group) => group !== undefined) ?? "");
    if (level !== undefined) return level;
  }
  return redisLevel(line);
}

function named(text: string): Level | undefined {
  const name = text.toLowerCase();
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
}

/** `1:M 21 Nov 2026 14:00:01.123 # Warning …`: Redis marks its levels with `.`, `-`, `*` and `#`. */
function redisLevel(line: string): Level {
  const mark = /^\d+:[XCSM] \d\d \w{3} \d{4} [\d:.]+ ([.\-*#]) /.exec(line.slice(0, LOOKED_AT))?.[1];
  return mark === "#" ? "warn" : mark === "." ? "debug" : "info";
}
