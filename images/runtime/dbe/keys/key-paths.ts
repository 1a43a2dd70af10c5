import type { KeyKind } from "./node-signer.ts";

const ENDINGS = { file: ["key"], tpm2: ["priv.tpm", "pub.tpm"], transit: ["transit"] } as const;

/**
 * Names of the files that keep a node's key, in its key folder: `node-a-mldsa87.key`. The first is the one that
 * `NODE_KEY_FILE` names; others lie beside it.
 */
export function keyFileNames(kind: KeyKind, node: string): readonly string[] {
  return ENDINGS[kind].map((ending) => `${node}-mldsa87.${ending}`);
}

/** The public half of a sealed key, beside the private one: `node-a-mldsa87.pub.tpm`. */
export function tpmPublicFile(privateFile: string): string {
  return `${privateFile.replace(/\.priv\.tpm$/, "")}.pub.tpm`;
}
