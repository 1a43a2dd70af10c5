import { verifyClaim } from "../../../runtime/dbe/claim/verify.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { DEVICES } from "../../../runtime/devices.ts";
import type { Facts, TenantPolicy } from "./facts.ts";
import { OK, refuse, type Verdict } from "./verdict.ts";

/** The claim of chat requests and of all that the L7 router sends. */
export function checkClaim(message: Envelope, policy: TenantPolicy, { now, verify }: Facts): Verdict {
  const { type, source, messageId, tlvs } = message;
  if (type !== TYPES.L7_CHAT_REQ && source !== DEVICES.l7Router) return OK;
  if (!tlvs.claimToken) return refuse("MISSING_CLAIM_TOKEN", "no claim token");
  const { claimKey } = policy;
  if (!claimKey) return refuse("INVALID_CLAIM_TOKEN", `${policy.tenant} has no certified signing key`);
  if (claimKey.notAfter !== undefined && claimKey.notAfter <= now) {
    return refuse("INVALID_CLAIM_TOKEN", `the certificate of ${policy.tenant}'s signing key has ended`);
  }
  const expected = { tenant: policy.tenant, device: source, messageId, publicKey: claimKey.publicKey, now };
  const result = verifyClaim(tlvs.claimToken, expected, verify);
  return result.ok ? OK : refuse("INVALID_CLAIM_TOKEN", `the claim token: ${result.why}`);
}
