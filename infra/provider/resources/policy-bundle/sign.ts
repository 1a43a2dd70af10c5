import { createHash } from "node:crypto";
import { publicKeyOf, signAs, signedAs } from "../../pqc.ts";
import type { PolicyBundleInputs } from "./args.ts";

/** ML-DSA context of the root's signature; no other use of the root's key has it. */
const CONTEXT = "dsmil-policy-bundle-v1";

/** What bundle.json says, without its signature. */
interface Statement {
  readonly data: string;
  readonly issuedAt: string;
  readonly tenant: string;
  readonly v: 1;
  readonly version: number;
  readonly wasm: string;
}

/** The text of bundle.json: JSON with its keys in order and no white space, signed as it stands without `signature`. */
export function signBundle(inputs: PolicyBundleInputs, version: number, now: Date): string {
  const statement: Statement = {
    data: digest(inputs.data),
    issuedAt: `${now.toISOString().slice(0, 19)}Z`,
    tenant: inputs.tenant,
    v: 1,
    version,
    wasm: inputs.rules,
  };
  return text(statement, signAs(CONTEXT, inputs.rootSeed, Buffer.from(JSON.stringify(statement))));
}

/** Whether a bundle.json is that of these inputs and this version, under their root. */
export function bundleHolds(bundle: string, inputs: PolicyBundleInputs, version: number): boolean {
  try {
    const { signature, ...rest } = JSON.parse(bundle) as Statement & { readonly signature: string };
    const { data, tenant, wasm } = rest;
    const same = data === digest(inputs.data) && tenant === inputs.tenant && wasm === inputs.rules;
    const root = publicKeyOf(inputs.rootSeed);
    return (
      same &&
      rest.version === version &&
      text(rest, signature) === bundle &&
      signedAs(CONTEXT, root, Buffer.from(JSON.stringify(rest)), signature)
    );
  } catch {
    return false;
  }
}

function text({ data, issuedAt, tenant, v, version, wasm }: Statement, signature: string): string {
  return `${JSON.stringify({ data, issuedAt, signature, tenant, v, version, wasm })}\n`;
}

const digest = (data: string): string => createHash("sha384").update(data).digest("hex");
