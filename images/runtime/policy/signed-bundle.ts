import { MLDSA87 } from "../pqc/keys.ts";
import { verifySignature } from "../pqc/verify-signature.ts";
import { PolicyError } from "./policy-error.ts";

/** ML-DSA context of the root's signature (FIPS 204 §5.2). */
export const POLICY_CONTEXT = "dsmil-policy-bundle-v1";

/** What the fleet's root states about a tenant's policy: bundle.json; docs/policy.md. */
export interface SignedBundle {
  readonly v: 1;
  /** `alpha` */
  readonly tenant: string;
  /** Grows with every bundle of the tenant. */
  readonly version: number;
  /** RFC 3339, UTC, whole seconds. */
  readonly issuedAt: string;
  /** SHA-384 of data.json and of the rules' module, hex. */
  readonly data: string;
  readonly wasm: string;
  /** Hex; over the other fields as they stand in the file, with {@link POLICY_CONTEXT}. */
  readonly signature: string;
}

const SHA384 = /^[0-9a-f]{96}$/;
const SIGNATURE = new RegExp(`^[0-9a-f]{${2 * MLDSA87.signature}}$`);
const TENANT = /^[a-z][a-z0-9]{1,15}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const text = (pattern: RegExp) => (value: unknown) => typeof value === "string" && pattern.test(value);

/** Every field with its form, in the order in which they stand. */
const FIELDS: Readonly<Record<keyof SignedBundle, (value: unknown) => boolean>> = {
  data: text(SHA384),
  issuedAt: text(INSTANT),
  signature: text(SIGNATURE),
  tenant: text(TENANT),
  v: (value) => value === 1,
  version: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  wasm: text(SHA384),
};

/**
 * What a bundle.json says, if the root signed it. Only one text has a given meaning: keys in order, no white space but
 * the line feed at the end, nothing twice, nothing unknown.
 * @param root hex of the root's raw public key
 * @throws PolicyError `malformed`, `signature`
 */
export function verifyBundle(bundle: string, root: string): SignedBundle {
  const fields = parse(bundle);
  const { signature, ...body } = fields;
  if (!verifySignature(root, Buffer.from(JSON.stringify(body)), Buffer.from(signature, "hex"), POLICY_CONTEXT)) {
    throw new PolicyError("signature", "bundle.json is not signed by this fleet's root; lay it again with `dsmil up`");
  }
  return fields;
}

function parse(bundle: string): SignedBundle {
  const malformed = new PolicyError("malformed", "bundle.json is not of its form (docs/policy.md); run `dsmil up`");
  let value: unknown;
  try {
    value = JSON.parse(bundle);
  } catch {
    throw malformed;
  }
  if (typeof value !== "object" || value === null) throw malformed;
  const given = value as Readonly<Record<string, unknown>>;
  const fields = Object.fromEntries(Object.keys(FIELDS).map((key) => [key, given[key]]));
  const good = Object.entries(FIELDS).every(([key, passes]) => passes(fields[key]));
  if (!good || `${JSON.stringify(fields)}\n` !== bundle) throw malformed;
  return fields as unknown as SignedBundle;
}
