import { parseLine } from "../../../runtime/ingest/parse-line.ts";
import { type Tool, ToolError } from "../tool.ts";

export interface ParseLogInput {
  readonly lines: readonly string[];
  readonly format?: "auto" | "eve" | "syslog";
  readonly source?: string;
  readonly received_at?: string;
}

/** Understands log lines as the platform's own ingest does. */
export const parseLog: Tool<ParseLogInput> = ({ lines, format = "auto", source = "tool", received_at }) => {
  const at = received_at === undefined ? Date.now() : Date.parse(received_at);
  if (Number.isNaN(at)) throw new ToolError("received_at: no RFC 3339 time");
  const context = { format, source, receivedAt: new Date(at).toISOString() };
  const results = lines.map((line) => {
    const parsed = parseLine(line, context);
    if (!parsed.ok) return { ok: false, reason: parsed.reason, detail: parsed.detail };
    const { fields, ...rest } = parsed.value;
    return { ok: true, ...rest, fields: { ...fields } };
  });
  return { lines: results, understood: results.filter(({ ok }) => ok).length };
};
