import type { JsonObject } from "../../../runtime/json-object.ts";

/** What a tool's process says at its end: what it gave, or why it could not. */
export type SandboxReply = { readonly output: JsonObject } | { readonly error: string };

/** Reads it; undefined where it is none. */
export function parseReply(text: string): SandboxReply | undefined {
  try {
    const { output, error } = JSON.parse(text) as { readonly output?: unknown; readonly error?: unknown };
    if (typeof output === "object" && output !== null && !Array.isArray(output))
      return { output: output as JsonObject };
    return typeof error === "string" ? { error: error.slice(0, 500) } : undefined;
  } catch {
    return undefined;
  }
}
