import type { RejectReason } from "../reject-reason.ts";
import type { Result } from "../result.ts";
import { parseEve } from "./eve.ts";
import { type LineContext, MAX_LINE_BYTES, type NormalizedLine } from "./normalized-line.ts";
import { parseSyslog } from "./syslog.ts";

/**
 * Understands one line: a Suricata EVE JSON object, or syslog in the forms of RFC 5424, RFC 3164 and the common log
 * files. With format `auto` a line that starts with `{` is EVE, any other is syslog. Refuses empty, binary (NUL) and
 * overlong lines; never throws.
 */
export function parseLine(text: string, context: LineContext): Result<NormalizedLine> {
  const line = text.trim();
  if (line === "") return refused("line_empty", "nothing but white space");
  if (tooLong(line)) return refused("line_too_long", `more than ${MAX_LINE_BYTES} bytes`);
  if (line.includes("\0")) return refused("line_binary", `a NUL at character ${line.indexOf("\0") + 1}`);
  const eve = context.format === "eve" || (context.format === "auto" && line.startsWith("{"));
  return eve ? parseEve(line) : parseSyslog(line, context);
}

function tooLong(line: string): boolean {
  // A character is at most three bytes a UTF-16 unit: short lines need no count.
  if (line.length * 3 <= MAX_LINE_BYTES) return false;
  return Buffer.byteLength(line) > MAX_LINE_BYTES;
}

function refused(reason: RejectReason, detail: string): Result<never> {
  return { ok: false, reason, detail };
}
