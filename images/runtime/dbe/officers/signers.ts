import { verifySignature } from "../../pqc/verify-signature.ts";
import { requestDigest, TWO_PERSON_CONTEXT } from "../claim/request-digest.ts";
import type { Reason } from "../codec/constants.ts";
import type { Envelope } from "../codec/types.ts";
import type { Officer, Officers } from "./officers.ts";

/** Who signed, A first, or why the signatures do not count; the detail is for the audit. */
export type Signers =
  | { readonly ok: true; readonly signers: readonly Officer[] }
  | { readonly ok: false; readonly refuse: Reason; readonly detail: string };

const KEY_ID_BYTES = 32;

/**
 * The signatures under a request: by officers of the tenant over what the message really asks; of two, by two persons.
 * @param needed 1: signature A alone counts; 2: both
 */
export function checkSigners(
  message: Envelope,
  officers: Officers,
  needed: 1 | 2,
  verify: typeof verifySignature = verifySignature,
): Signers {
  const { signatureA, signatureB, requestDigest: stated, tenantId } = message.tlvs;
  const wanted = [["A", signatureA] as const, ["B", signatureB] as const].slice(0, needed);
  const missing = wanted.filter(([, signature]) => !signature).map(([name]) => name);
  if (missing.length > 0) {
    const detail = `signature ${missing.join(" and ")} is missing`;
    return { ok: false, refuse: "MISSING_TWO_PERSON_SIGNATURES", detail };
  }
  const digest = requestDigest(message);
  if (!stated) return invalid("REQUEST_DIGEST is missing");
  if (!stated.equals(digest)) return invalid("REQUEST_DIGEST is not that of this request");
  const signed = wanted.map(([name, signature = Buffer.alloc(0)]) => ({
    name,
    signature,
    officer: officers.get(signature.toString("hex", 0, KEY_ID_BYTES)),
  }));
  const unknown = signed.find(({ officer }) => !officer);
  if (unknown) return invalid(`signature ${unknown.name} is by no officer of ${tenantId}`);
  const signers = signed.flatMap(({ officer }) => officer ?? []);
  const [a, b] = signers;
  if (b && (a?.publicKey === b.publicKey || a?.person === b.person))
    return invalid("both signatures are by one person");
  const bad = signed.find(
    ({ officer, signature }) =>
      !verify(officer?.publicKey ?? "", digest, signature.subarray(KEY_ID_BYTES), TWO_PERSON_CONTEXT),
  );
  return bad ? invalid(`signature ${bad.name} does not hold`) : { ok: true, signers };
}

const invalid = (detail: string) => ({ ok: false, refuse: "INVALID_TWO_PERSON_SIGNATURES", detail }) as const;
