/** An IPv4 network as numbers: the first and the last address in it. */
export interface Subnet {
  readonly first: number;
  readonly last: number;
  readonly bits: number;
}

/** `172.20.0.10` → 2886991882; undefined when it is no dotted quad. */
export function addressToNumber(address: string): number | undefined {
  const parts = address.split(".").map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** 2886991882 → `172.20.0.10` */
export function numberToAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

/** `10.210.0.0/16` as numbers; undefined when it is no network (or has bits set below its mask). */
export function parseSubnet(cidr: string): Subnet | undefined {
  const [address = "", mask = ""] = cidr.split("/");
  const first = addressToNumber(address);
  const bits = /^\d{1,2}$/.test(mask) ? Number(mask) : 33;
  if (first === undefined || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  return first % size === 0 ? { first, last: first + size - 1, bits } : undefined;
}

/** The /24 around an address. */
export function lanOf(address: string): string {
  return `${address.split(".").slice(0, 3).join(".")}.0/24`;
}

/** Whether two networks share an address. */
export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** How many /24 a pool holds. */
export function subnetsIn(pool: Subnet): number {
  return pool.bits > 24 ? 0 : 2 ** (24 - pool.bits);
}

/** The /24 number `index` (from 0) of a pool: `10.210.0.0/16`, 1 → `10.210.1.0/24`. */
export function carve(pool: Subnet, index: number): string {
  return `${numberToAddress(pool.first + index * 256)}/24`;
}

/** The address with this host number in a /24: `10.210.1.0/24`, 11 → `10.210.1.11`. */
export function hostIn(cidr: string, host: number): string {
  return `${cidr.split(".").slice(0, 3).join(".")}.${host}`;
}
