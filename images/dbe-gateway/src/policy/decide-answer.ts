import { FLAGS, LIMITS, TYPES } from "../../../runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { isAnswerTo } from "./exchange-types.ts";
import type { Facts } from "./facts.ts";
import { checkRoeToken } from "./roe-token.ts";
import { checkLimits } from "./tenant-limits.ts";
import { OK, refuse, type Verdict } from "./verdict.ts";

/**
 * Whether `answer` may go back to who sent `request`, which had been let through. It must be of the same tenant, from the
 * device that was asked to the one that asked; a node's own ERROR and ACCEPTED may come from device 0, and an ERROR may
 * leave its tenant out, as what it refuses may have none.
 */
export function decideAnswer(answer: Envelope, request: Envelope, facts: Facts): Verdict {
  const form = checkForm(answer, request);
  if (!form.ok) return form;
  const { tenantId } = answer.tlvs;
  const isError = answer.type === TYPES.ERROR;
  if (tenantId !== request.tlvs.tenantId && !(isError && tenantId === undefined)) {
    if (tenantId === undefined) return refuse("MISSING_TENANT", "an answer without TENANT_ID");
    return refuse("TENANT_MISMATCH", `an answer of ${tenantId} to a request of ${request.tlvs.tenantId}`);
  }
  const policy = facts.tenants.get(request.tlvs.tenantId ?? "");
  if (!policy) return refuse("UNKNOWN_TENANT", `there is no tenant ${request.tlvs.tenantId} any more`);
  const byNode = answer.source === 0 && (isError || answer.type === TYPES.ACCEPTED);
  if ((answer.source !== request.destination && !byNode) || answer.destination !== request.source) {
    const { source, destination } = answer;
    return refuse("DEVICE_NOT_ALLOWED", `an answer from device ${source} to ${destination}, not from who was asked`);
  }
  const limits = checkLimits(answer.tlvs, policy);
  return limits.ok ? checkRoeToken(answer) : limits;
}

function checkForm(answer: Envelope, request: Envelope): Verdict {
  const { type, flags, messageId, payload } = answer;
  if (payload.length > LIMITS.payload) return refuse("TOO_LARGE", `${payload.length} bytes, at most ${LIMITS.payload}`);
  if (!isAnswerTo(request, type)) {
    return refuse("UNKNOWN_TYPE", `type 0x${type.toString(16)} does not answer 0x${request.type.toString(16)}`);
  }
  if ((flags & FLAGS.RESPONSE) === 0) return refuse("MALFORMED", "an answer without the flag RESPONSE");
  return messageId.equals(request.messageId) ? OK : refuse("MALFORMED", "an answer with another message id");
}
