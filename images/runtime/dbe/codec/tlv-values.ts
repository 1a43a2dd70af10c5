import { CLASSIFICATIONS, COMPARTMENTS, REASONS, ROE_LEVELS } from "./constants.ts";

/** How one kind of value is written; lengths are checked before `read` and after `size`. */
export interface ValueCodec<T> {
  size(value: T): number;
  /** Whether the value is one that may be sent. */
  valid(value: T): boolean;
  write(to: Buffer, at: number, value: T): void;
  read(bytes: Buffer): T;
}

const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;

/** The most a value of a table can be: all bits of a mask, or the last code of a list. */
const last = (codes: Readonly<Record<string, number>>): number => Math.max(...Object.values(codes));
const ALL_COMPARTMENTS = Object.values(COMPARTMENTS).reduce((mask, bit) => mask | bit, 0);

const within = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

const u8 = (least: number, most: number): ValueCodec<number> => ({
  size: () => 1,
  valid: (value) => within(value, least, most),
  write: (to, at, value) => void to.writeUInt8(value, at),
  read: (bytes) => bytes.readUInt8(0),
});

const u32Valid = (valid: (value: number) => boolean): ValueCodec<number> => ({
  size: () => 4,
  valid,
  write: (to, at, value) => void to.writeUInt32BE(value, at),
  read: (bytes) => bytes.readUInt32BE(0),
});

/** The kinds of values that TLVs have. */
export const VALUES = {
  tenant: {
    size: (value) => value.length,
    valid: (value) => TENANT.test(value),
    write: (to, at, value) => void to.write(value, at, "latin1"),
    read: (bytes) => bytes.toString("latin1"),
  } satisfies ValueCodec<string>,
  classification: u8(0, last(CLASSIFICATIONS)),
  compartments: u32Valid((value) => within(value, 0, ALL_COMPARTMENTS)),
  roeLevel: u8(0, last(ROE_LEVELS)),
  reason: u8(1, last(REASONS)),
  u32: u32Valid((value) => within(value, 0, 0xffffffff)),
  bytes: {
    size: (value) => value.length,
    valid: () => true,
    write: (to, at, value) => void value.copy(to, at),
    read: (bytes) => bytes,
  } satisfies ValueCodec<Buffer>,
} as const;
