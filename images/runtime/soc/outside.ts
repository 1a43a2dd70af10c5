import { BlockList, isIP } from "node:net";

/** Private, shared, loopback, link-local and multicast ranges (RFC 6890). */
const INSIDE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["224.0.0.0", 3],
] as const) {
  INSIDE.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 9],
  ["ff00::", 8],
] as const) {
  INSIDE.addSubnet(net, bits, "ipv6");
}

/**
 * Whether a text is an address that is none of our own, however it is spelled: an IPv4 address within an IPv6 one counts
 * as itself. What is no address is not outside.
 */
export function isOutside(text: string): boolean {
  const [address = ""] = text.split("%");
  const family = isIP(text);
  return family !== 0 && !INSIDE.check(address, family === 6 ? "ipv6" : "ipv4");
}
