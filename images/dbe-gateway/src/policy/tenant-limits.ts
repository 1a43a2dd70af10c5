import type { Tlvs } from "../../../runtime/dbe/codec/types.ts";
import type { TenantPolicy } from "./facts.ts";
import { OK, refuse, type Verdict } from "./verdict.ts";

/** Classification, compartments and ROE level against the tenant's; what a message does not state counts as the lowest. */
export function checkLimits(tlvs: Tlvs, policy: TenantPolicy): Verdict {
  const { classification = 0, compartments = 0, roeLevel = 0 } = tlvs;
  if (classification > policy.classification) {
    return refuse("CLASSIFICATION_EXCEEDED", `classification ${classification}, at most ${policy.classification}`);
  }
  const beyond = (compartments & ~policy.compartments) >>> 0;
  if (beyond !== 0) return refuse("COMPARTMENT_EXCEEDED", `compartments 0x${beyond.toString(16)} are not the tenant's`);
  if (roeLevel > policy.roeLevel) return refuse("ROE_EXCEEDED", `ROE level ${roeLevel}, at most ${policy.roeLevel}`);
  return OK;
}
