import { readFile, writeFile } from "node:fs/promises";
import { inSession, pcrPolicy, storageKey } from "./objects.ts";
import type { TpmSettings } from "./settings.ts";
import { inWorkspace } from "./workspace.ts";

/** A secret that only one TPM in one boot state opens: the halves of a TPM object, neither secret by itself. */
export interface SealedObject {
  /** TPM2B_PUBLIC */
  readonly publicPart: Buffer;
  /** TPM2B_PRIVATE, encrypted by the TPM. */
  readonly privatePart: Buffer;
}

/** Longest half accepted, bytes; tpm2-tools' are 80 and 160. */
export const MAX_SEALED_BYTES = 1024;

/** No password opens it (no `userwithauth`): the policy alone does. Guessing is not what its policy is about: `noda`. */
const ATTRIBUTES = "fixedtpm|fixedparent|noda";

/**
 * Seals to the PCRs as they are now.
 * @throws KeyError `away` or `refused`
 */
export function seal(settings: TpmSettings, secret: Buffer): Promise<SealedObject> {
  return inWorkspace(settings, async (w) => {
    const [publicPart, privatePart] = [w.path("sealed.pub"), w.path("sealed.priv")];
    const policy = await pcrPolicy(w, settings.pcrs);
    const parent = await storageKey(w);
    await inSession(w, parent, "hmac", (session) => {
      const object = ["-L", policy, "-a", ATTRIBUTES, "-i", "-", "-u", publicPart, "-r", privatePart];
      return w.run("tpm2_create", ["-Q", "-C", parent, "-P", `session:${session}`, ...object], secret);
    });
    return { publicPart: await readFile(publicPart), privatePart: await readFile(privatePart) };
  });
}

/**
 * Opens what `seal` made, into memory.
 * @throws KeyError `away`, `boot-state`, `other-sealer` or `refused`
 */
export function unseal(settings: TpmSettings, { publicPart, privatePart }: SealedObject): Promise<Buffer> {
  return inWorkspace(settings, async (w) => {
    const [publicFile, privateFile, object] = [w.path("sealed.pub"), w.path("sealed.priv"), w.path("sealed.ctx")];
    await writeFile(publicFile, publicPart);
    await writeFile(privateFile, privatePart);
    const parent = await storageKey(w);
    await w.run("tpm2_load", ["-Q", "-C", parent, "-u", publicFile, "-r", privateFile, "-c", object]);
    return inSession(w, parent, "policy", async (session) => {
      await w.run("tpm2_policypcr", ["-Q", "-S", session, "-l", settings.pcrs]);
      return w.run("tpm2_unseal", ["-c", object, "-p", `session:${session}`]);
    });
  });
}
