import { readGuarded } from "../guarded-file.ts";
import { KeyError } from "../key-error.ts";
import type { NodeSigner } from "../node-signer.ts";
import { seedSigner } from "../seed-signer.ts";
import { type TransitSettings, transit } from "./transit-client.ts";

/** A key that Vault's or OpenBao's transit engine sealed. */
export interface TransitKeyOptions extends TransitSettings {
  /** The ciphertext, `<node>-mldsa87.transit`. */
  readonly file: string;
  /** Hex of the public key it must have. */
  readonly publicKey?: string;
}

const CIPHERTEXT = /^vault:v\d{1,9}:[A-Za-z0-9+/]+={0,2}$/;
const MAX_BYTES = 1024;

/** The text that the transit engine makes of a seed, for the sealed file. */
export async function sealByTransit(settings: TransitSettings, seed: Buffer): Promise<string> {
  const { ciphertext } = await transit(settings, "encrypt", { plaintext: seed.toString("base64") });
  if (typeof ciphertext === "string" && CIPHERTEXT.test(ciphertext) && ciphertext.length < MAX_BYTES) return ciphertext;
  throw new KeyError("malformed", `${settings.address} returned no ciphertext of a transit engine`);
}

/**
 * Has a key decrypted, into memory. Asked once, at start; the token is not renewed.
 * @throws KeyError of any kind but `boot-state`
 */
export async function openTransitKey(options: TransitKeyOptions): Promise<NodeSigner> {
  const { file, publicKey, ...settings } = options;
  const text = (await readGuarded(file, "the node's sealed key", MAX_BYTES)).toString("latin1").trim();
  if (!CIPHERTEXT.test(text)) {
    throw new KeyError(
      "malformed",
      `${file} holds no ciphertext of a transit engine; remove it and run: dsmil up --refresh`,
    );
  }
  const { plaintext } = await transit(settings, "decrypt", { ciphertext: text });
  const seed = Buffer.from(typeof plaintext === "string" ? plaintext : "", "base64");
  const description = { kind: "transit", sealedTo: `${settings.mount}/${settings.key}` } as const;
  return seedSigner(seed, { source: file, description, ...(publicKey && { publicKey }) });
}
