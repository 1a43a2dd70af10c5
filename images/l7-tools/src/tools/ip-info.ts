import { type Tool, ToolError } from "../tool.ts";
import { type Address, isWithin, parseAddress, parseNetwork } from "./address.ts";

export interface IpInfoInput {
  readonly address: string;
  readonly networks?: readonly string[];
}

/** Blocks of the IANA special-purpose registries (RFC 6890 and what followed), the narrower ones first. */
const CLASSES: readonly (readonly [network: string, name: string])[] = [
  ["0.0.0.0/8", "this_network"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "shared"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link_local"],
  ["172.16.0.0/12", "private"],
  ["192.0.2.0/24", "documentation"],
  ["192.168.0.0/16", "private"],
  ["198.18.0.0/15", "benchmarking"],
  ["198.51.100.0/24", "documentation"],
  ["203.0.113.0/24", "documentation"],
  ["224.0.0.0/4", "multicast"],
  ["255.255.255.255/32", "broadcast"],
  ["240.0.0.0/4", "reserved"],
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  ["::ffff:0:0/96", "ipv4_mapped"],
  ["64:ff9b::/96", "ipv4_translated"],
  ["2001:db8::/32", "documentation"],
  ["3fff::/20", "documentation"],
  ["2002::/16", "6to4"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link_local"],
  ["ff00::/8", "multicast"],
];

/** What kind of address it is, and in which of the given networks it lies. Nothing is looked up anywhere. */
export const ipInfo: Tool<IpInfoInput> = ({ address: text, networks = [] }) => {
  const address = parseAddress(text.trim());
  if (!address) throw new ToolError("address: neither an IPv4 nor an IPv6 address");
  const name = classOf(address);
  const inner = name === "ipv4_mapped" || name === "ipv4_translated" ? v4In(address) : undefined;
  return {
    address: address.text,
    version: address.version,
    class: name,
    public: name === "public" || (inner !== undefined && classOf(inner) === "public"),
    ...(inner && { ipv4: inner.text, ipv4_class: classOf(inner) }),
    networks: networks.map((one) => {
      const found = parseNetwork(one);
      if (!found) throw new ToolError(`networks: ${JSON.stringify(one.slice(0, 64))} is no network such as 10.0.0.0/8`);
      return { network: one, contains: isWithin(address, found.network, found.prefix) };
    }),
  };
};

function classOf(address: Address): string {
  for (const [text, name] of CLASSES) {
    const found = parseNetwork(text);
    if (found && isWithin(address, found.network, found.prefix)) return name;
  }
  return "public";
}

function v4In({ bits }: Address): Address | undefined {
  const last = Number(bits & 0xffffffffn);
  return parseAddress([24, 16, 8, 0].map((shift) => (last >>> shift) & 255).join("."));
}
