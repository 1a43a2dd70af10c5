import { describe, expect, it } from "vitest";
import type { ApiError } from "../../../images/l7-router/src/api-error.ts";
import { parseChat } from "../../../images/l7-router/src/chat/chat-request.ts";
import { pieces } from "../../../images/l7-router/src/chat/prompt-gate.ts";
import { GENERATE_LIMITS, parseGenerate } from "../../../images/runtime/l7/generate.ts";
import { MAX_PROMPT_CHARS } from "../../../images/runtime/soc/prompt-check.ts";

const messages = [{ role: "user", content: "Hello." }];
const base = { model: "l7-tiny", messages };

function refusal(body: unknown): ApiError {
  try {
    parseChat(body);
  } catch (error) {
    return error as ApiError;
  }
  throw new Error("it was taken");
}

describe("a chat request", () => {
  it("is read with the API's defaults", () => {
    expect(parseChat(base)).toEqual({
      ...{ model: "l7-tiny", stream: false, includeUsage: false },
      generate: { messages, temperature: 1, top_p: 1, stop: [] },
    });
  });

  it("is read with all that can be asked for; nulls count as not given", () => {
    const asked = {
      ...{ temperature: 0, top_p: 0.5, max_tokens: 5, max_completion_tokens: 7, seed: -1, stop: "x", n: 1, tools: [] },
      ...{
        stream: true,
        stream_options: { include_usage: true },
        user: "ann",
        logit_bias: null,
        response_format: null,
      },
      messages: [
        {
          role: "developer",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
        { role: "user", content: "c" },
      ],
    };
    expect(parseChat({ ...base, ...asked })).toEqual({
      ...{ model: "l7-tiny", stream: true, includeUsage: true },
      generate: {
        messages: [
          { role: "system", content: "ab" },
          { role: "user", content: "c" },
        ],
        ...{ temperature: 0, top_p: 0.5, max_tokens: 7, seed: 0xffffffff, stop: ["x"] },
      },
    });
  });

  it.each<[string, unknown, string | null]>([
    ["no object", [], null],
    ["no model", { messages }, "model"],
    ["no messages", { model: "m" }, "messages"],
    ["an empty list", { model: "m", messages: [] }, "messages"],
    ["a role that is none", { ...base, messages: [{ role: "tool", content: "" }] }, "messages[0].role"],
    ["a role of every object", { ...base, messages: [{ role: "constructor", content: "" }] }, "messages[0].role"],
    [
      "a picture",
      { ...base, messages: [{ role: "user", content: [{ type: "image_url" }] }] },
      "messages[0].content[0]",
    ],
    ["a lone surrogate", { ...base, messages: [{ role: "user", content: "\ud800" }] }, "messages[0].content"],
    ["the assistant's word last", { ...base, messages: [{ role: "assistant", content: "x" }] }, "messages"],
    ["too many characters", { ...base, messages: [{ role: "user", content: "x".repeat(131_073) }] }, "messages"],
    ["n = 2", { ...base, n: 2 }, "n"],
    ["tools", { ...base, tools: [{}] }, "tools"],
    ["JSON mode", { ...base, response_format: { type: "json_object" } }, "response_format"],
    ["a temperature of 3", { ...base, temperature: 3 }, "temperature"],
    ["max_tokens of 0", { ...base, max_tokens: 0 }, "max_tokens"],
    ["five stops", { ...base, stop: ["a", "b", "c", "d", "e"] }, "stop"],
    ["usage without a stream", { ...base, stream_options: { include_usage: true } }, "stream_options"],
    ["a field that nobody knows", { ...base, magic: 1 }, "magic"],
  ])("is refused with %s, naming the field", (_, body, param) => {
    expect(refusal(body)).toMatchObject({ status: 400, code: "invalid_request", param });
  });

  it("that was taken, a worker takes too", () => {
    const longest = { role: "user", content: "é".repeat(GENERATE_LIMITS.characters) };
    for (const body of [base, { ...base, stop: ["a"], seed: 5, max_tokens: 1 }, { ...base, messages: [longest] }]) {
      const { generate } = parseChat(body);
      expect(parseGenerate(JSON.stringify(generate))).toEqual(generate);
    }
  });
});

describe("the pieces that are checked", () => {
  it("have all of a text, with an overlap, and are never too long", () => {
    expect(pieces("short")).toEqual(["short"]);
    const text = Array.from({ length: 30_000 }, (_, i) => String(i % 10))
      .join("")
      .repeat(4);
    const found = pieces(text);
    expect(found.every(({ length }) => length <= MAX_PROMPT_CHARS)).toBe(true);
    expect(
      found[0] +
        found
          .slice(1)
          .map((piece) => piece.slice(1024))
          .join(""),
    ).toBe(text);
  });
});
