import type { JsonObject } from "../../runtime/json-object.ts";

/** A tool: the same input gives the same output, and nothing else happens. `input` fits its schema in the catalogue. */
export type Tool<I> = (input: I) => JsonObject;

/** What a tool cannot do with an input; the message is for whoever asked. */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ToolError";
  }
}
