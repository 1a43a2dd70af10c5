import { DbeError } from "../codec/error.ts";
import type { Role } from "../session/keys.ts";
import { type NodeIdentity, spiffeId } from "./peer-book.ts";
import { encodeBundle } from "./proof.ts";
import { CONTEXTS, SIZES } from "./suite.ts";
import type { Transcript } from "./transcript.ts";

/** What a TPM quote of one side is over: a part of the transcript's hash, its own for each side. */
export function quoteNonce(transcript: Transcript, role: Role): Buffer {
  return transcript.hash(`quote ${role}`).subarray(0, SIZES.quoteNonce);
}

/**
 * This node's bundle and its signature over the transcript and the bundle.
 * @throws DbeError INTERNAL when the node's key or TPM fails
 */
export async function prove(
  identity: NodeIdentity,
  domain: string,
  transcript: Transcript,
  role: Role,
): Promise<{ readonly bundle: Buffer; readonly signature: Buffer }> {
  const quote = await ask("TPM quote", async () => identity.quote?.(quoteNonce(transcript, role)));
  const { node, certificate } = identity;
  const bundle = encodeBundle({ spiffeId: spiffeId(domain, node), certificate, ...(quote && { quote }) });
  const signature = await ask("signature", () => identity.sign(transcript.hash(bundle), CONTEXTS[role]));
  if (signature.length !== SIZES.signature) {
    throw new DbeError("INTERNAL", `the node's key made a signature of ${signature.length} bytes`);
  }
  return { bundle, signature };
}

async function ask<T>(what: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    throw new DbeError("INTERNAL", `this node's key gave no ${what}; see the key provider's log`, { cause });
  }
}
