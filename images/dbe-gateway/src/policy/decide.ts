import { FLAGS, LIMITS } from "../../../runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { checkClaim } from "./claim-check.ts";
import { isRequest } from "./exchange-types.ts";
import type { Facts } from "./facts.ts";
import type { Hop } from "./hop.ts";
import { checkDestination, checkSource, checkSpeaksFor } from "./parties.ts";
import { checkRoeToken } from "./roe-token.ts";
import { checkLimits } from "./tenant-limits.ts";
import { checkTwoPerson } from "./two-person.ts";
import { OK, refuse, type Verdict } from "./verdict.ts";

/**
 * Whether a request may take this hop. Pure: the same message, hop and facts give the same verdict. The order is that of
 * docs/dbe.md, and the first check that fails names the reason; the audit of protected types comes after all of them.
 */
export function decide(message: Envelope, hop: Hop, facts: Facts): Verdict {
  const form = checkForm(message);
  if (!form.ok) return form;
  const { tenantId } = message.tlvs;
  if (tenantId === undefined) return refuse("MISSING_TENANT", "no TENANT_ID");
  const policy = facts.tenants.get(tenantId);
  if (!policy) return refuse("UNKNOWN_TENANT", `there is no tenant ${tenantId}`);
  const checks = [
    () => checkSource(message, hop, facts),
    () => checkSpeaksFor(message, hop, policy),
    () => checkDestination(message, hop, policy, facts),
    () => checkLimits(message.tlvs, policy),
    () => checkRoeToken(message),
    () => checkTwoPerson(message, policy, facts.verify),
    () => checkClaim(message, policy, facts),
  ];
  for (const check of checks) {
    const verdict = check();
    if (!verdict.ok) return verdict;
  }
  return OK;
}

function checkForm({ type, flags, payload }: Envelope): Verdict {
  if (payload.length > LIMITS.payload) return refuse("TOO_LARGE", `${payload.length} bytes, at most ${LIMITS.payload}`);
  if (!isRequest(type)) return refuse("UNKNOWN_TYPE", `type 0x${type.toString(16)} is no request`);
  return (flags & FLAGS.RESPONSE) === 0 ? OK : refuse("MALFORMED", "a request with the flag RESPONSE");
}
