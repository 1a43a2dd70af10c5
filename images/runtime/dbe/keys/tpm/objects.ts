import type { TpmWorkspace } from "./workspace.ts";

// `noda`: these keys have no password to guess. A TPM would count each loss of power while they are in use as a wrong
// guess, and after some of them lock the node out.
const ALWAYS = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|noda";

/**
 * The parent of every sealed key: an ECC storage key of the owner hierarchy. A TPM derives the same one from its own
 * seed each time, so nothing of it has to be kept, and clearing the TPM makes what it sealed void.
 * @returns its context file
 */
export async function storageKey(w: TpmWorkspace): Promise<string> {
  const context = w.path("parent.ctx");
  await w.run("tpm2_createprimary", ["-Q", "-C", "o", "-G", "ecc", "-a", `${ALWAYS}|decrypt`, "-c", context]);
  return context;
}

/**
 * The attestation key: ECDSA P-256 of the owner hierarchy, derived like the parent. Restricted: it signs what the TPM
 * itself states, and nothing that anybody hands to it.
 * @returns its context file and its public part's file (SubjectPublicKeyInfo, DER)
 */
export async function attestationKey(w: TpmWorkspace): Promise<{ readonly context: string; readonly spki: string }> {
  const [context, spki] = [w.path("ak.ctx"), w.path("ak.der")];
  const form = ["-G", "ecc256:ecdsa-sha256:null", "-a", `${ALWAYS}|sign`];
  await w.run("tpm2_createprimary", ["-Q", "-C", "o", ...form, "-c", context, "-f", "der", "-o", spki]);
  return { context, spki };
}

/**
 * Runs `work` with a session that encrypts what passes between this process and the TPM, against listeners on the bus.
 * @param kind `policy` sessions open sealed objects
 */
export async function inSession<T>(
  w: TpmWorkspace,
  parent: string,
  kind: "policy" | "hmac",
  work: (session: string) => Promise<T>,
): Promise<T> {
  return session(w, [`--${kind}-session`, "-c", parent], async (context) => {
    await w.run("tpm2_sessionconfig", [context, "--enable-encrypt", "--enable-decrypt"]);
    return work(context);
  });
}

/**
 * What an object's policy must be, so that it opens only while the registers are as they are now.
 * @returns the policy's file
 */
export async function pcrPolicy(w: TpmWorkspace, pcrs: string): Promise<string> {
  const policy = w.path("policy");
  // tpm2_createpolicy would do the same, but leaves its session in a bare TPM.
  await session(w, [], (context) => w.run("tpm2_policypcr", ["-Q", "-S", context, "-l", pcrs, "-L", policy]));
  return policy;
}

async function session<T>(
  w: TpmWorkspace,
  options: readonly string[],
  work: (context: string) => Promise<T>,
): Promise<T> {
  const context = w.path("session.ctx");
  await w.run("tpm2_startauthsession", [...options, "-S", context]);
  try {
    return await work(context);
  } finally {
    // A refused session may be gone already, and with the TPM away nothing is left to clear.
    await w.run("tpm2_flushcontext", [context]).catch(() => undefined);
  }
}
