import type { StoredKey } from "./key-ring.ts";

const SHA256 = /^[0-9a-f]{64}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Reads api_keys.json: `{"tenant": "ALPHA", "keys": [{"name": "default", "sha256": "<hex>"}]}`. The tenant must be
 * the one whose folder holds the file. Throws with what is wrong; hashes are not echoed.
 */
export function readKeyFile(text: string, tenant: string): StoredKey[] {
  const file = JSON.parse(text) as { readonly tenant?: unknown; readonly keys?: unknown } | null;
  if (file?.tenant !== tenant) throw new Error(`"tenant" is ${JSON.stringify(file?.tenant)}, expected "${tenant}"`);
  if (!Array.isArray(file.keys)) throw new Error(`"keys" is no list`);
  return file.keys.map((key: { readonly name?: unknown; readonly sha256?: unknown } | null, index) => {
    const { name, sha256 } = key ?? {};
    if (typeof name !== "string" || !NAME.test(name)) throw new Error(`keys[${index}].name is no key name`);
    if (typeof sha256 !== "string" || !SHA256.test(sha256))
      throw new Error(`keys[${index}].sha256 is no SHA-256 in hex`);
    return { tenant, name, digest: Buffer.from(sha256, "hex") };
  });
}
