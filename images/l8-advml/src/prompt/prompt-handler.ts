import { createHash } from "node:crypto";
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
/** Time that one check may take, milliseconds: a hundred times what a long text takes. */
const LONGEST_MS = 2000;

/**
 * Answers whether a text may reach a language model. The gateways have verified tenant and claim; that they are there, and
 * are ours, is checked again here. The text itself is not logged: it may hold what is nobody else's business.
 */
export function promptHandler({ tenant, flags, metrics, log }: PromptHandlerParts): Handler {
  return async ({ tlvs, payload, source }) => {
    const begun = performance.now();
    if (tlvs.tenantId !== tenant) {
      log.error({ audit: true, source, asked: tlvs.tenantId }, "question for another tenant reached this service");
      throw new DbeError("TENANT_MISMATCH", `this service is of ${tenant}`);
    }
    if (!tlvs.claimToken) {
      log.warn({ audit: true, source }, "question without a claim");
      throw new DbeError("MISSING_CLAIM_TOKEN", "a question without a claim");
    }
    const { text, origin } = parsed(payload).prompt_check;
    const { allow, score, patterns } = judged(text, origin);
    if (!allow) {
      flags.raised("PROMPT_INJECTION");
      const sha256 = createHash("sha256").update(text).digest("hex");
      const facts = { source, origin, score, patterns, length: text.length, sha256 };
      log.warn({ audit: true, flag: "PROMPT_INJECTION", ...facts }, "prompt refused");
    }
    metrics.processed("PROMPT_CHECK", 1, (performance.now() - begun) / 1000);
    const answer: PromptVerdict = { tenant_id: tenant, prompt_verdict: { allow, score, patterns } };
    return { type: TYPES.L8_PROPOSAL, payload: Buffer.from(JSON.stringify(answer)) };
  };
}

function judged(text: string, origin: PromptCheck["prompt_check"]["origin"]): Detection {
  try {
    return withinTime(LONGEST_MS, () => detect(text, origin));
  } catch (error) {
    throw new DbeError("TIMEOUT", `the check of a prompt: ${(error as Error).message}`, { cause: error });
  }
}

function parsed(payload: Buffer): PromptCheck {
  if (payload.length > MAX_PROMPT_CHECK_BYTES) throw new DbeError("TOO_LARGE", `a question of ${payload.length} bytes`);
  try {
    return parsePromptCheck(JSON.parse(payload.toString("utf8")));
  } catch (error) {
    throw new DbeError("MALFORMED", `the question: ${(error as Error).message}`, { cause: error });
  }
}
