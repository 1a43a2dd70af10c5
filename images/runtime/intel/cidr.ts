import { isIPv4, isIPv6 } from "node:net";

/** A network, or an address as the network of all its bits. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly bits: number;
  /** The first `bits` bits as a number: one of JavaScript for IPv4, a bigint for IPv6. */
  readonly key: number | bigint;
}

const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;
const MAPPED_HIGH = 0xffffn;

/** An address, or `address/bits`, as a network; undefined for other texts. Bits behind the prefix do not count. */
export function readCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const width = slash < 0 ? "" : text.slice(slash + 1);
  if (slash >= 0 && !/^\d{1,3}$/.test(width)) return undefined;
  const parsed = readAddress(address);
  if (!parsed) return undefined;
  const most = parsed.family === 4 ? 32 : 128;
  const bits = slash < 0 ? most : Number(width);
  if (bits > most) return undefined;
  return { family: parsed.family, bits, key: prefix(parsed, bits) };
}

/** An address, which may be an IPv4 one within an IPv6 one. */
export type Address = { readonly family: 4; readonly value: number } | { readonly family: 6; readonly value: bigint };

/** An address as a number; undefined for other texts. */
export function readAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, value: four(text) };
  const mapped = MAPPED.exec(text)?.[1];
  if (mapped !== undefined) return isIPv4(mapped) ? { family: 4, value: four(mapped) } : undefined;
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const value = six(text);
  return value >> 32n === MAPPED_HIGH ? { family: 4, value: Number(value & 0xffff_ffffn) } : { family: 6, value };
}

/** The first `bits` bits of an address. */
export function prefix(address: Address, bits: number): number | bigint {
  if (address.family === 6) return address.value >> BigInt(128 - bits);
  return bits === 0 ? 0 : address.value >>> (32 - bits);
}

function four(text: string): number {
  let value = 0;
  for (const part of text.split(".")) value = value * 256 + Number(part);
  return value;
}

function six(text: string): bigint {
  const dotted = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text);
  const low = dotted?.[2] === undefined ? 0 : four(dotted[2]);
  const plain = dotted ? `${dotted[1]}${(low >>> 16).toString(16)}:${(low & 0xffff).toString(16)}` : text;
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
