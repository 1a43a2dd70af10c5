import { readFileSync, writeSync } from "node:fs";
import type { JsonObject } from "../../../runtime/json-object.ts";
import { type Tool, ToolError } from "../tool.ts";
import { closeFence } from "./fence.ts";
import type { SandboxReply } from "./reply.ts";

/** Runs one tool once, in a process of its own: the input is all of stdin, the reply all of stdout. */
export function serve<I>(tool: Tool<I>): void {
  const input = JSON.parse(readFileSync(0, "utf8")) as I;
  closeFence(process.argv[1] ?? "");
  say(replyOf(tool, input));
}

function replyOf<I>(tool: Tool<I>, input: I): SandboxReply {
  try {
    const output: JsonObject = tool(input);
    return { output };
  } catch (error) {
    if (error instanceof ToolError) return { error: error.message };
    throw error;
  }
}

function say(reply: SandboxReply): void {
  const text = Buffer.from(JSON.stringify(reply));
  for (let at = 0; at < text.length; ) at += writeSync(1, text, at);
}
