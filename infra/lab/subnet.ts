/** An IPv4 range in CIDR form, as numbers. */
export interface Subnet {
  readonly first: number;
  readonly last: number;
}

/** @throws Error when the text is no IPv4 CIDR range. */
export function parseSubnet(text: string): Subnet {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(text);
  const bits = Number(match?.[2]);
  if (match?.[1] === undefined || bits > 32) throw new Error(`${text} is not a subnet like 172.20.0.0/24`);
  const size = 2 ** (32 - bits);
  const first = Math.floor(parseAddress(match[1]) / size) * size;
  return { first, last: first + size - 1 };
}

/** @throws Error when the text is no IPv4 address. */
export function parseAddress(text: string): number {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) {
    throw new Error(`${text} is not an IPv4 address`);
  }
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** `172.20.0.1` of a number. */
export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Whether two ranges share an address. */
export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.first <= b.last && b.first <= a.last;
}
