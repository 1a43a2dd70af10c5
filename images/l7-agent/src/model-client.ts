import { DbeError } from "../../runtime/dbe/codec/error.ts";
import { DEVICES } from "../../runtime/devices.ts";
import type { AgentMessage, GenerateAnswer, GenerateQuestion } from "../../runtime/l7/agent-generate.ts";
import type { Layer7 } from "./bus-question.ts";

const DEADLINE_MS = 20_000;
const MAX_ANSWER = 64 * 1024;
const TOKENS = 200;

/** Asks the language model by way of the L7 router; what cannot be had is told by its code. */
export async function askModel(
  layer7: Layer7,
  messages: readonly AgentMessage[],
  patienceMs: number,
): Promise<GenerateAnswer> {
  const body: GenerateQuestion = { generate: { messages, max_tokens: TOKENS } };
  const deadlineMs = Math.min(DEADLINE_MS, patienceMs);
  try {
    const answer = await layer7.ask({ destination: DEVICES.l7Router, body, deadlineMs, maxAnswer: MAX_ANSWER });
    const { result, model, text, code, message } = answer;
    if (result === "text" && typeof text === "string" && typeof model === "string")
      return answer as unknown as GenerateAnswer;
    if (result === "refused" && typeof code === "string")
      return { result, code: code.slice(0, 64), message: String(message) };
    throw new DbeError("INTERNAL", "an answer of no form");
  } catch (error) {
    if (!(error instanceof DbeError)) throw error;
    return { result: "refused", code: `router_${error.reason.toLowerCase()}`, message: error.message };
  }
}
