import { createHash } from "node:crypto";
import { type Asker, questionHandler } from "../../../runtime/bus/question-handler.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Handler } from "../../../runtime/dbe/local/inbox.ts";
import type { Log } from "../../../runtime/log.ts";
import type { Metrics } from "../../../runtime/metrics.ts";
import { withinTime } from "../../../runtime/policy/within-time.ts";
import { type PromptCheck, type PromptVerdict, parsePromptCheck } from "../../../runtime/soc/prompt-check.ts";
import type { FlagCounter } from "../flags.ts";
import { type Detection, detect } from "./detect.ts";

export interface PromptHandlerParts {
  readonly tenant: string;
  readonly flags: FlagCounter;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Longest question, bytes: each character may take six as JSON. */
export const MAX_PROMPT_CHECK_BYTES = 256 * 1024;
type Answer = Omit<PromptVerdict, "tenant_id">;

/** Time that one check may take, milliseconds: a hundred times what a long text takes. */
const LONGEST_MS = 2000;

/** Answers whether a text may reach a language model. The text itself is not logged: it may hold what is nobody else's business. */
export function promptHandler({ tenant, flags, metrics, log }: PromptHandlerParts): Handler {
  const answer = async ({ prompt_check }: PromptCheck, { source }: Asker): Promise<Answer> => {
    const { text, origin } = prompt_check;
    const { allow, score, patterns } = judged(text, origin);
    if (!allow) {
      flags.raised("PROMPT_INJECTION");
      const sha256 = createHash("sha256").update(text).digest("hex");
      const facts = { source, origin, score, patterns, length: text.length, sha256 };
      log.warn({ audit: true, flag: "PROMPT_INJECTION", ...facts }, "prompt refused");
    }
    return { prompt_verdict: { allow, score, patterns } };
  };
  return questionHandler({
    ...{ tenant, metrics, log, claimed: true, counted: "PROMPT_CHECK" },
    ...{ answerType: TYPES.L8_PROPOSAL, maxBytes: MAX_PROMPT_CHECK_BYTES, parse: parsePromptCheck, answer },
  });
}

function judged(text: string, origin: PromptCheck["prompt_check"]["origin"]): Detection {
  try {
    return withinTime(LONGEST_MS, () => detect(text, origin));
  } catch (error) {
    throw new DbeError("TIMEOUT", `the check of a prompt: ${(error as Error).message}`, { cause: error });
  }
}
