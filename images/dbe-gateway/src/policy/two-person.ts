import { requestDigest, TWO_PERSON_CONTEXT } from "../../../runtime/dbe/claim/request-digest.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import type { Facts, Officer, TenantPolicy } from "./facts.ts";
import { OK, refuse, type Verdict } from "./verdict.ts";

const KEY_ID_BYTES = 32;
const REASON = "INVALID_TWO_PERSON_SIGNATURES";

/** The two signatures under an NC3 query: by two officers of the tenant, over what the message really asks. */
export function checkTwoPerson(message: Envelope, policy: TenantPolicy, verify: Facts["verify"]): Verdict {
  if (message.type !== TYPES.L9_NC3_QUERY) return OK;
  const { signatureA, signatureB, requestDigest: stated } = message.tlvs;
  if (!signatureA || !signatureB) {
    const missing = [!signatureA && "A", !signatureB && "B"].filter(Boolean).join(" and ");
    return refuse("MISSING_TWO_PERSON_SIGNATURES", `signature ${missing} is missing`);
  }
  const digest = requestDigest(message);
  if (!stated) return refuse(REASON, "REQUEST_DIGEST is missing");
  if (!stated.equals(digest)) return refuse(REASON, "REQUEST_DIGEST is not that of this request");
  const [a, b] = [officerOf(signatureA, policy), officerOf(signatureB, policy)];
  if (!a || !b) return refuse(REASON, `signature ${a ? "B" : "A"} is by no officer of ${policy.tenant}`);
  if (a.publicKey === b.publicKey || a.person === b.person) return refuse(REASON, "both signatures are by one person");
  for (const [name, officer, signature] of [["A", a, signatureA] as const, ["B", b, signatureB] as const]) {
    const good = verify(officer.publicKey, digest, signature.subarray(KEY_ID_BYTES), TWO_PERSON_CONTEXT);
    if (!good) return refuse(REASON, `signature ${name} does not hold`);
  }
  return OK;
}

function officerOf(signature: Buffer, policy: TenantPolicy): Officer | undefined {
  return policy.officers.get(signature.toString("hex", 0, KEY_ID_BYTES));
}
