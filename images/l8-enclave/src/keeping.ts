import { Fields } from "../../runtime/fields.ts";
import type { Certificate } from "../../runtime/pqc/certificate.ts";
import { readBounded } from "../../runtime/watch/bounded-file.ts";

/** How a node's key is kept at rest, weakest first (docs/pqc.md, Sealing). */
export const SEALS = ["file", "transit", "tpm2"] as const;
export type Seal = (typeof SEALS)[number];

/** How keys are to be kept: enclave.json, as the deployer lays it. */
export interface Keeping {
  readonly seals: ReadonlyMap<string, Seal>;
  /** Nodes, and SHA-256 digests of nodes' keys, that count no longer. */
  readonly revoked: ReadonlySet<string>;
}

/** How one node's key is kept. */
export interface KeptKey {
  readonly node: string;
  /** As its certificate shows it: a TPM is named there or is none; else as the manifest says. */
  readonly seal: Seal;
  /** Registers that its quotes must show; only of a TPM. */
  readonly pcrs?: string;
  /** What speaks against it. */
  readonly problem?: string;
}

const MAX = 64 * 1024;
const DIGEST = /^[0-9a-f]{64}$/;
const NODE = /^[a-z][a-z0-9-]{0,30}$/;

/** @throws Error naming what is wrong */
export async function readKeeping(dir: string): Promise<Keeping> {
  const path = `${dir}/enclave.json`;
  const text = await readBounded(path, MAX).catch((error: Error) => {
    throw new Error(`${path} ${error.message}`);
  });
  if (text === undefined) throw new Error(`${path} is missing; \`dsmil up\` lays it`);
  const fields = Fields.parse(text, ["seals", "revoked"]);
  const seals = fields.entries("seals", 100).map(([node, seal]): [string, Seal] => {
    const known = SEALS.find((one) => one === seal);
    if (known && NODE.test(node)) return [node, known];
    throw fields.wrong("seals", `has ${node.slice(0, 31)}, which is none of ${SEALS.join(", ")}`);
  });
  const revoked = fields.list("revoked", 1000).map((one) => {
    if (typeof one === "string" && (NODE.test(one) || DIGEST.test(one))) return one;
    throw fields.wrong("revoked", "must list nodes, or digests of their keys");
  });
  return { seals: new Map(seals), revoked: new Set(revoked) };
}

/** What the certificate of a node shows, against what the manifest says. */
export function keptKey(node: string, said: Seal | undefined, certificate: Certificate): KeptKey {
  const { pcrs } = certificate;
  if (pcrs !== undefined) {
    const problem = said !== "tpm2" && `its certificate names a TPM, the manifest says ${said ?? "nothing"}`;
    return { node, seal: "tpm2", pcrs, ...(problem && { problem }) };
  }
  // Without a TPM in the certificate no peer asks for a quote, whatever the manifest says.
  if (said === "tpm2") return { node, seal: "file", problem: "the manifest says tpm2, its certificate names no TPM" };
  return { node, seal: said ?? "file" };
}
