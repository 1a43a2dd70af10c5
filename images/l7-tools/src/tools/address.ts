/** An address of the internet protocol. */
export interface Address {
  readonly version: 4 | 6;
  /** 32 or 128 bits. */
  readonly bits: bigint;
  /** As RFC 5952 writes it. */
  readonly text: string;
}

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const V6 = /^[0-9a-f:.]{2,45}$/i;

/** Reads an address; undefined where it is none. Octets with leading zeros are none: readers disagree about them. */
export function parseAddress(text: string): Address | undefined {
  if (text.length <= 15 && V4.test(text)) return { version: 4, bits: joined(text.split(".").map(Number), 8n), text };
  if (!V6.test(text) || !text.includes(":")) return undefined;
  const host = URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1);
  return host === undefined ? undefined : { version: 6, bits: joined(groupsOf(host), 16n), text: host };
}

/** Whether `address` is within `network/prefix`. */
export function isWithin(address: Address, network: Address, prefix: number): boolean {
  if (address.version !== network.version) return false;
  const rest = BigInt((network.version === 4 ? 32 : 128) - prefix);
  return address.bits >> rest === network.bits >> rest;
}

/** Reads `10.0.0.0/8`; undefined where it is no network. */
export function parseNetwork(text: string): { readonly network: Address; readonly prefix: number } | undefined {
  const [address = "", length = "", ...more] = text.split("/");
  const network = parseAddress(address);
  if (!network || more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = Number(length);
  return prefix <= (network.version === 4 ? 32 : 128) ? { network, prefix } : undefined;
}

function joined(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((bits, part) => (bits << width) | BigInt(part), 0n);
}

/** The eight groups of an address as the URL parser writes it: lower case, `::` once at most, no dots. */
function groupsOf(host: string): number[] {
  const [left = "", right] = host.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  if (right === undefined) return groups(left);
  const [before, after] = [groups(left), groups(right)];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
