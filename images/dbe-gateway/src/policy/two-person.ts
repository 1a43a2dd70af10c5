import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { checkTwoPersons } from "../../../runtime/dbe/officers/two-person.ts";
import type { Facts, TenantPolicy } from "./facts.ts";
import { OK, type Verdict } from "./verdict.ts";

/** The two signatures under an NC3 query: by two officers of the tenant, over what the message really asks. */
export function checkTwoPerson(message: Envelope, policy: TenantPolicy, verify: Facts["verify"]): Verdict {
  if (message.type !== TYPES.L9_NC3_QUERY) return OK;
  const checked = checkTwoPersons(message, policy.officers, verify);
  return checked.ok ? OK : checked;
}
