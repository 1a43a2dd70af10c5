import type { Reason } from "../../../runtime/dbe/codec/constants.ts";

/** What the bus's rules do not allow. */
const POLICY: ReadonlySet<Reason> = new Set([
  "MISSING_TENANT",
  "UNKNOWN_TENANT",
  "TENANT_MISMATCH",
  "DEVICE_NOT_ALLOWED",
  "CLASSIFICATION_EXCEEDED",
  "COMPARTMENT_EXCEEDED",
  "ROE_EXCEEDED",
  "INVALID_ROE_TOKEN",
  "MISSING_TWO_PERSON_SIGNATURES",
  "INVALID_TWO_PERSON_SIGNATURES",
  "MISSING_CLAIM_TOKEN",
  "INVALID_CLAIM_TOKEN",
]);

/** Whether a reason is that of a rule: asking again changes nothing, and each time is audited. */
export function isPolicyRefusal(reason: Reason): boolean {
  return POLICY.has(reason);
}
