import type { verifySignature } from "../../pqc/verify-signature.ts";
import { requestDigest, TWO_PERSON_CONTEXT } from "../claim/request-digest.ts";
import type { Reason } from "../codec/constants.ts";
import type { Envelope } from "../codec/types.ts";
import type { Officer, Officers } from "./officers.ts";

/** The two who signed, or why their signatures do not count; the detail is for the audit. */
export type TwoPersons =
  | { readonly ok: true; readonly signers: readonly [Officer, Officer] }
  | { readonly ok: false; readonly refuse: Reason; readonly detail: string };

const KEY_ID_BYTES = 32;

/** The two signatures under a request: by two of the officers, who are two persons, over what the message really asks. */
export function checkTwoPersons(message: Envelope, officers: Officers, verify: typeof verifySignature): TwoPersons {
  const { signatureA, signatureB, requestDigest: stated, tenantId } = message.tlvs;
  if (!signatureA || !signatureB) {
    const missing = [!signatureA && "A", !signatureB && "B"].filter(Boolean).join(" and ");
    return { ok: false, refuse: "MISSING_TWO_PERSON_SIGNATURES", detail: `signature ${missing} is missing` };
  }
  const digest = requestDigest(message);
  if (!stated) return invalid("REQUEST_DIGEST is missing");
  if (!stated.equals(digest)) return invalid("REQUEST_DIGEST is not that of this request");
  const [a, b] = [officerOf(signatureA, officers), officerOf(signatureB, officers)];
  if (!a || !b) return invalid(`signature ${a ? "B" : "A"} is by no officer of ${tenantId}`);
  if (a.publicKey === b.publicKey || a.person === b.person) return invalid("both signatures are by one person");
  for (const [name, officer, signature] of [["A", a, signatureA] as const, ["B", b, signatureB] as const]) {
    const good = verify(officer.publicKey, digest, signature.subarray(KEY_ID_BYTES), TWO_PERSON_CONTEXT);
    if (!good) return invalid(`signature ${name} does not hold`);
  }
  return { ok: true, signers: [a, b] };
}

const invalid = (detail: string) => ({ ok: false, refuse: "INVALID_TWO_PERSON_SIGNATURES", detail }) as const;

function officerOf(signature: Buffer, officers: Officers): Officer | undefined {
  return officers.get(signature.toString("hex", 0, KEY_ID_BYTES));
}
