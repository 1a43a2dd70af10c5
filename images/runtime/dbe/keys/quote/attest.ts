import { ByteReader } from "./byte-reader.ts";

/** One bank of registers that a quote covers. */
export interface PcrSelection {
  /** TPM_ALG_ID: 0x000b is SHA-256. */
  readonly algorithm: number;
  /** In order. */
  readonly registers: readonly number[];
}

/** What a TPM signed (TPMS_ATTEST of TPM 2.0 part 2, 10.12.12) of the kind TPM_ST_ATTEST_QUOTE. */
export interface Attestation {
  /** What the asker gave, to tell this quote from older ones. */
  readonly extraData: Buffer;
  /** Counts the TPM's resets: each start of the machine adds one. */
  readonly resetCount: number;
  readonly restartCount: number;
  readonly firmwareVersion: bigint;
  readonly selections: readonly PcrSelection[];
  /** Over the values of the selected registers, in order. */
  readonly pcrDigest: Buffer;
}

const GENERATED = 0xff544347;
const QUOTE = 0x8018;
/** Longest name (algorithm and SHA-512), data and digest of a TPM, bytes; most banks, and bytes of a bank's bitmap. */
const MOST = { name: 66, data: 66, digest: 64, banks: 16, bitmap: 4 } as const;

/**
 * Reads what a TPM signed.
 * @throws RangeError naming what does not fit
 */
export function parseAttestation(bytes: Buffer): Attestation {
  const reader = new ByteReader(bytes);
  // Nothing that a restricted key signs for others begins like this: it is the TPM's own word.
  if (reader.uint(4) !== GENERATED) throw new RangeError("not made by a TPM (TPM_GENERATED_VALUE is missing)");
  if (reader.uint(2) !== QUOTE) throw new RangeError("signed by a TPM, but no quote");
  reader.sized(MOST.name);
  const extraData = reader.sized(MOST.data);
  reader.uint64();
  const [resetCount, restartCount] = [reader.uint(4), reader.uint(4)];
  reader.uint(1);
  const firmwareVersion = reader.uint64();
  const selections = readSelections(reader);
  const pcrDigest = reader.sized(MOST.digest);
  reader.end();
  return { extraData, resetCount, restartCount, firmwareVersion, selections, pcrDigest };
}

function readSelections(reader: ByteReader): PcrSelection[] {
  const count = reader.uint(4);
  if (count > MOST.banks) throw new RangeError(`${count} banks where at most ${MOST.banks} may be`);
  return Array.from({ length: count }, () => {
    const algorithm = reader.uint(2);
    const size = reader.uint(1);
    if (size > MOST.bitmap) throw new RangeError(`a bitmap of ${size} bytes where at most ${MOST.bitmap} may be`);
    const bitmap = reader.take(size);
    const numbers = Array.from({ length: 8 * size }, (_, i) => i);
    return { algorithm, registers: numbers.filter((i) => ((bitmap[i >> 3] ?? 0) & (1 << (i & 7))) !== 0) };
  });
}
