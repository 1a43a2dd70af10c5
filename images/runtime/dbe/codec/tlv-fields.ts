import { TLV_LENGTHS, TLVS, type TlvName } from "./constants.ts";
import { DbeError } from "./error.ts";
import { VALUES, type ValueCodec } from "./tlv-values.ts";
import type { Tlvs } from "./types.ts";

/** TLVs while they are read. */
export type MutableTlvs = { -readonly [Key in keyof Tlvs]: Tlvs[Key] };
type Key = Exclude<keyof Tlvs, "extra">;

/** One known TLV and where its value goes. */
export interface TlvField {
  readonly code: number;
  readonly name: TlvName;
  readonly key: Key;
  /** Bytes of the value, -1 when there is none. @throws DbeError when it may not be sent */
  size(tlvs: Tlvs): number;
  write(tlvs: Tlvs, to: Buffer, at: number): void;
  /** @throws DbeError MALFORMED or TOO_LARGE */
  read(into: MutableTlvs, bytes: Buffer): void;
}

/** All known TLVs, in the order of their codes. */
export const FIELDS: readonly TlvField[] = [
  field("TENANT_ID", "tenantId", VALUES.tenant),
  field("CLASSIFICATION", "classification", VALUES.classification),
  field("COMPARTMENT_MASK", "compartments", VALUES.compartments),
  field("ROE_LEVEL", "roeLevel", VALUES.roeLevel),
  field("ROE_TOKEN_ID", "roeTokenId", VALUES.u32),
  field("TWO_PERSON_SIG_A", "signatureA", VALUES.bytes),
  field("TWO_PERSON_SIG_B", "signatureB", VALUES.bytes),
  field("L7_CLAIM_TOKEN", "claimToken", VALUES.bytes),
  field("REQUEST_DIGEST", "requestDigest", VALUES.bytes),
  field("DEADLINE_MS", "deadlineMs", VALUES.u32),
  field("TRACE_ID", "traceId", VALUES.bytes),
  field("REASON", "reason", VALUES.reason),
];

/** The known TLVs by code. */
export const FIELD_BY_CODE: readonly (TlvField | undefined)[] = Array.from({ length: 256 }, (_, code) =>
  FIELDS.find((known) => known.code === code),
);

function field<K extends Key>(name: TlvName, key: K, codec: ValueCodec<NonNullable<Tlvs[K]>>): TlvField {
  const [min, max] = TLV_LENGTHS[name];
  const check = (value: NonNullable<Tlvs[K]>): NonNullable<Tlvs[K]> => {
    if (codec.valid(value)) return value;
    throw new DbeError("MALFORMED", `${name} has a value that is none of its kind`);
  };
  const checkLength = (length: number): number => {
    if (length > max) throw new DbeError("TOO_LARGE", `${name} has ${length} bytes, at most ${max}`);
    if (length < min) throw new DbeError("MALFORMED", `${name} has ${length} bytes, at least ${min}`);
    return length;
  };
  return {
    code: TLVS[name],
    name,
    key,
    size: (tlvs) => {
      const value = tlvs[key];
      return value === undefined ? -1 : checkLength(codec.size(check(value as NonNullable<Tlvs[K]>)));
    },
    write: (tlvs, to, at) => codec.write(to, at, tlvs[key] as NonNullable<Tlvs[K]>),
    read: (into, bytes) => {
      checkLength(bytes.length);
      into[key] = check(codec.read(bytes)) as MutableTlvs[K];
    },
  };
}
