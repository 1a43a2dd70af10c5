import { createHash } from "node:crypto";
import { POLICY_LIMITS } from "./limits.ts";
import { Policy } from "./policy.ts";
import { PolicyError } from "./policy-error.ts";
import { readBytes } from "./read-bytes.ts";
import type { RulesCache } from "./rules-cache.ts";
import { type SignedBundle, verifyBundle } from "./signed-bundle.ts";

/** What lies in a tenant's policy folder. */
export interface PolicyFiles {
  readonly bundle: string;
  readonly data: Buffer;
  /** SHA-384 of bundle.json, hex. */
  readonly digest: string;
}

/**
 * Reads bundle.json and data.json.
 * @throws PolicyError `missing` without bundle.json, `incomplete` without data.json, `malformed`
 */
export async function readPolicyFiles(folder: string): Promise<PolicyFiles> {
  const bundle = await readBytes(`${folder}/bundle.json`, POLICY_LIMITS.bundle);
  const data = await readBytes(`${folder}/data.json`, POLICY_LIMITS.data, "incomplete");
  return { bundle: bundle.toString(), data, digest: sha384(bundle) };
}

/**
 * The policy that the files are. Nothing of them is used before the root's signature and the digests hold.
 * @param tenant lower-case id of whom it must be for
 * @param accept is asked once the signature holds; throws where the version is not wanted
 * @throws PolicyError naming what is wrong
 */
export async function openPolicy(
  files: PolicyFiles,
  { tenant, root, rules }: { readonly tenant: string; readonly root: string; readonly rules: RulesCache },
  accept: (bundle: SignedBundle) => void,
): Promise<Policy> {
  const bundle = verifyBundle(files.bundle, root);
  if (bundle.tenant !== tenant) {
    throw new PolicyError(
      "tenant",
      `the policy is that of ${bundle.tenant}, that of ${tenant} is needed; run \`dsmil up\``,
    );
  }
  accept(bundle);
  if (sha384(files.data) !== bundle.data) {
    throw new PolicyError("digest", "data.json is not the file that was signed; lay it again with `dsmil up`");
  }
  const data = files.data.toString();
  const prefix = tenant.toUpperCase();
  if (tenantIn(data) !== prefix) throw new PolicyError("tenant", `data.json is not about ${prefix}; run \`dsmil up\``);
  const stamp = { version: bundle.version, bundle: files.digest };
  return new Policy(prefix, stamp, await rules.get(bundle.wasm), data);
}

function tenantIn(data: string): unknown {
  try {
    return (JSON.parse(data) as { readonly tenant?: { readonly id?: unknown } } | null)?.tenant?.id;
  } catch {
    throw new PolicyError("malformed", "data.json is no JSON; lay it again with `dsmil up`");
  }
}

const sha384 = (bytes: Uint8Array): string => createHash("sha384").update(bytes).digest("hex");
