/** Most characters of text that one check takes; callers split longer ones with an overlap. */
export const MAX_PROMPT_CHARS = 32 * 1024;

/**
 * Asks whether a text that is about to reach a language model tries to take it over. Payload, as JSON, of
 * L8_SOC_EVENT_ENRICHMENT to device 51.
 */
export interface PromptCheck {
  readonly prompt_check: {
    /** 1 to MAX_PROMPT_CHARS characters. */
    readonly text: string;
    /** Where the text comes from. */
    readonly origin: "user" | "document" | "tool";
  };
}

/** Device 51's answer, payload of L8_PROPOSAL. */
export interface PromptVerdict {
  readonly tenant_id: string;
  readonly prompt_verdict: {
    readonly allow: boolean;
    /** 0 to 1: the rules that applied, joined as 1 − Π(1 − weight). */
    readonly score: number;
    /** Ids of the rules that applied. */
    readonly patterns: readonly string[];
  };
}

/**
 * Reads a question that came over the bus.
 * @throws Error naming the field that is not valid
 */
export function parsePromptCheck(body: unknown): PromptCheck {
  const check = (body as { readonly prompt_check?: unknown } | null)?.prompt_check as
    | { readonly text?: unknown; readonly origin?: unknown }
    | undefined;
  if (typeof check !== "object" || check === null) throw new Error("prompt_check: expected an object");
  const { text, origin } = check;
  if (typeof text !== "string" || text.length === 0 || text.length > MAX_PROMPT_CHARS) {
    throw new Error(`prompt_check.text: expected 1 to ${MAX_PROMPT_CHARS} characters`);
  }
  if (origin !== "user" && origin !== "document" && origin !== "tool") {
    throw new Error("prompt_check.origin: expected user, document or tool");
  }
  return { prompt_check: { text, origin } };
}
