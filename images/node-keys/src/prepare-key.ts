import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { keyFileNames } from "../../runtime/dbe/keys/key-paths.ts";
import { mintKey } from "../../runtime/dbe/keys/mint-key.ts";
import { openKey } from "../../runtime/dbe/keys/open-key.ts";
import { measure, type TpmFacts } from "../../runtime/dbe/keys/tpm/measure.ts";
import type { Config } from "./config.ts";

/** What the deployer may know of a key; nothing of it is secret. */
export interface Prepared extends Partial<TpmFacts> {
  /** Hex of the raw public key. */
  readonly publicKey: string;
}

/**
 * Opens the key that lies there, or makes one.
 * @throws KeyError where a key lies there that cannot be opened: it is never replaced unasked
 */
export async function prepareKey({ node, place, fresh }: Config): Promise<Prepared> {
  const folder = dirname(place.file);
  const whole = keyFileNames(place.kind, node).every((name) => existsSync(join(folder, name)));
  const publicKey = whole && !fresh ? (await openKey(place)).publicKey : await mintKey(place);
  return { publicKey, ...(place.kind === "tpm2" && (await measure(place))) };
}
