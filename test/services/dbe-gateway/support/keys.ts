import { createHash, randomBytes } from "node:crypto";
import { requestDigest, TWO_PERSON_CONTEXT } from "../../../../images/runtime/dbe/claim/request-digest.ts";
import type { Envelope } from "../../../../images/runtime/dbe/codec/types.ts";
import type { SubjectKind } from "../../../../images/runtime/pqc/certificate.ts";
import { type Signer, signer } from "../../../../images/runtime/pqc/signer.ts";
import { issue } from "../../../../infra/provider/pqc.ts";

/** A key pair of a test, with its seed. */
export interface TestKey extends Signer {
  readonly seed: string;
}

export function newKey(): TestKey {
  const seed = randomBytes(32).toString("hex");
  return { seed, ...signer(seed) };
}

/** The root's word on a key. @param facts what it says of a node's TPM */
export const certificate = (
  root: TestKey,
  kind: SubjectKind,
  subject: string,
  key: TestKey,
  facts: Readonly<Record<string, string>> = {},
): string => issue(root.seed, kind, subject, key.publicKey, undefined, new Date(), facts);

export const keyId = (key: Signer): string => createHash("sha256").update(key.publicKey, "hex").digest("hex");

/** The TLV of one person's signature under a request. */
export async function signatureOf(key: Signer, request: Envelope, context = TWO_PERSON_CONTEXT): Promise<Buffer> {
  const signature = await key.sign(requestDigest(request), context);
  return Buffer.concat([Buffer.from(keyId(key), "hex"), signature]);
}
