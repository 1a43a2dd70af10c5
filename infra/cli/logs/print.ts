import pc from "picocolors";
import { jsonObject } from "../../../images/runtime/json-object.ts";
import type { Level } from "../../../images/runtime/logs/level.ts";
import { clean } from "../events/render.ts";
import type { LogLine } from "./types.ts";

const PAINT: Readonly<Record<Level, (text: string) => string>> = {
  debug: pc.dim,
  info: pc.cyan,
  warn: pc.yellow,
  error: (text) => pc.bold(pc.red(text)),
};

/** What each line of our programs has besides, and the columns say already. */
const SHOWN = new Set(["level", "time", "msg", "node", "service", "device", "layer", "tenant", "pid", "hostname"]);

/** One line for people: time (UTC), node, container, level, what it says. Control characters are shown as `·`. */
export function textLine({ time, node, container, level, line }: LogLine, fleet: string): string {
  const short = container.startsWith(`${fleet}-`) ? container.slice(fleet.length + 1) : container;
  const place = `${node} ${short.padEnd(20)}`;
  return `${pc.dim(time.slice(0, 23).replace("T", " "))} ${place} ${PAINT[level](level.padEnd(5))} ${clean(message(line))}`;
}

/** One line for programs. */
export const jsonLine = (line: LogLine): string => JSON.stringify(line);

/** `msg` and the fields beside it, of a line of JSON; else the line. */
function message(line: string): string {
  const fields = line.startsWith("{") ? jsonObject(line) : undefined;
  if (typeof fields?.msg !== "string") return line;
  const rest = Object.entries(fields).filter(([key]) => !SHOWN.has(key));
  const shown = rest.map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [fields.msg, ...shown].join(" ");
}
