/** What a node says about its key; nothing of it is secret. */
export interface Minted {
  /** Hex, raw, 2592 bytes. */
  readonly publicKey: string;
  /** Hex of the TPM's attestation key (SubjectPublicKeyInfo), "" without a TPM. */
  readonly attestationKey: string;
  /** The registers the key is sealed to, and the hex of the SHA-256 over their values; "" without a TPM. */
  readonly pcrs: string;
  readonly pcrDigest: string;
  /** Number of the group that may use the TPM on the node; "" without a TPM. */
  readonly tpmGroup: string;
}

/** What is said of a key where no TPM is. */
export const NO_TPM = { attestationKey: "", pcrs: "", pcrDigest: "", tpmGroup: "" } as const;

/** What the certificate says of the node's TPM, beside the key. */
export function tpmFacts({ attestationKey, pcrs, pcrDigest }: Minted): Readonly<Record<string, string>> {
  return attestationKey === "" ? {} : { attestationKey, pcrs, pcrDigest };
}
