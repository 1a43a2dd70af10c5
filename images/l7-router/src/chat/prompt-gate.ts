import type { Bus } from "../../../runtime/bus/bus.ts";
import { mintClaim } from "../../../runtime/dbe/claim/mint.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DEVICES } from "../../../runtime/devices.ts";
import type { CheckResult } from "../../../runtime/health.ts";
import type { ChatMessage } from "../../../runtime/l7/generate.ts";
import type { Log } from "../../../runtime/log.ts";
import type { Signer } from "../../../runtime/pqc/signer.ts";
import { MAX_PROMPT_CHARS, type PromptCheck, type PromptVerdict } from "../../../runtime/soc/prompt-check.ts";
import { ApiError } from "../api-error.ts";
import { Places } from "../devices/places.ts";
import type { ApiKey } from "../key-ring.ts";
import type { SigningKeys } from "../signing-keys.ts";

export interface PromptGateParts {
  readonly bus: Bus;
  readonly keys: SigningKeys;
  /** Device that this service speaks for. */
  readonly device: number;
  /** Off where the fleet has no device 51. */
  readonly isOn: boolean;
  readonly log: Log;
}

type Origin = PromptCheck["prompt_check"]["origin"];

/** Time in which a verdict must be here, ms. */
const DEADLINE_MS = 5000;
/** Characters that two pieces of a long text have in common: no pattern hides at a cut. */
const OVERLAP = 1024;

/** Asks the tenant's device 51 about what the user wrote; nothing reaches a worker before it agrees. */
export class PromptGate {
  private readonly parts: PromptGateParts;
  private readonly places = new Places();

  constructor(parts: PromptGateParts) {
    this.parts = parts;
  }

  /** For /health. */
  check(): CheckResult {
    return { value: this.parts.isOn ? "on" : `off: no device ${DEVICES.promptDefence} in this fleet`, ok: true };
  }

  /**
   * Returns when every piece is allowed. All of the user's messages are one text: what is split over two is seen.
   * @throws ApiError 400 `prompt_injection`; 503 `prompt_check_unavailable` when nobody can say
   */
  async pass(caller: ApiKey, messages: readonly ChatMessage[]): Promise<void> {
    const text = messages.flatMap(({ role, content }) => (role === "user" ? [content] : [])).join("\n\n");
    if (await this.allows(caller, text, "user")) return;
    throw new ApiError(400, "prompt_injection", "Prompt injection pattern detected", "messages");
  }

  /**
   * Whether a text may reach a language model; what is refused is a line with `audit: true`.
   * @throws ApiError 503 `prompt_check_unavailable` when nobody can say
   */
  async allows(caller: ApiKey, text: string, origin: Origin): Promise<boolean> {
    if (!this.parts.isOn) return true;
    const key = this.parts.keys.of(caller.tenant);
    if (!key) throw unavailable(new Error("signing seed missing"));
    if (!this.places.take(caller.tenant)) throw unavailable(new Error("all places are taken"));
    try {
      for (const piece of pieces(text))
        if (!(await this.allowsPiece(caller, key, { text: piece, origin }))) return false;
      return true;
    } finally {
      this.places.free(caller.tenant);
    }
  }

  private async allowsPiece(caller: ApiKey, key: Signer, check: PromptCheck["prompt_check"]): Promise<boolean> {
    const verdict = await this.verdict(caller, key, check).catch((error: unknown) => {
      throw unavailable(error);
    });
    if (verdict.allow) return true;
    const { score, patterns } = verdict;
    const who = { tenant: caller.tenant, key: caller.name, origin: check.origin };
    const told = { audit: true, action: "api.chat", outcome: "denied", code: "prompt_injection", score, patterns };
    this.parts.log.warn({ ...told, ...who }, "prompt refused");
    return false;
  }

  private async verdict({ tenant, name }: ApiKey, key: Signer, prompt_check: PromptCheck["prompt_check"]) {
    const { bus, device } = this.parts;
    const question: PromptCheck = { prompt_check };
    const messageId = bus.newMessageId();
    const claimToken = await mintClaim(key, { tenant, userId: name, device, messageId });
    const { payload } = await bus.request({
      ...{ type: TYPES.L8_SOC_EVENT_ENRICHMENT, tenant, destination: DEVICES.promptDefence, messageId },
      payload: Buffer.from(JSON.stringify(question)),
      deadlineMs: DEADLINE_MS,
      tlvs: { claimToken },
    });
    const answer = JSON.parse(payload.toString("utf8")) as Partial<PromptVerdict> | null;
    const verdict = answer?.prompt_verdict;
    if (answer?.tenant_id !== tenant || typeof verdict?.allow !== "boolean") throw new Error("an answer that is none");
    return verdict;
  }
}

/** The text in pieces that one check takes. */
export function pieces(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += MAX_PROMPT_CHARS - OVERLAP) {
    found.push(text.slice(at, at + MAX_PROMPT_CHARS));
    if (at + MAX_PROMPT_CHARS >= text.length) break;
  }
  return found;
}

function unavailable(cause: unknown): ApiError {
  const message = "The check of prompts cannot be reached, and nothing is answered without it. Try again in a moment.";
  const error = new ApiError(503, "prompt_check_unavailable", message);
  error.cause = cause;
  return error;
}
