import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { checkSigners } from "../../../runtime/dbe/officers/signers.ts";
import type { Facts, TenantPolicy } from "./facts.ts";
import { OK, type Verdict } from "./verdict.ts";

/** The two signatures under an NC3 query: by two officers of the tenant, over what the message really asks. */
export function checkTwoPerson(message: Envelope, policy: TenantPolicy, verify: Facts["verify"]): Verdict {
  if (message.type !== TYPES.L9_NC3_QUERY) return OK;
  const checked = checkSigners(message, policy.officers, 2, verify);
  return checked.ok ? OK : checked;
}
