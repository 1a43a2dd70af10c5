import type { Finding } from "../manifest-error.ts";
import { addressToNumber, lanOf, overlaps, parseSubnet, type Subnet, subnetsIn } from "../subnet.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** Networks that the engine or the machine uses itself. */
const TAKEN = [
  { cidr: "172.17.0.0/16", owner: "the engine's own bridge" },
  { cidr: "127.0.0.0/8", owner: "loopback" },
  { cidr: "169.254.0.0/16", owner: "link-local addresses" },
  { cidr: "224.0.0.0/3", owner: "multicast and reserved addresses" },
];

/** No two networks share an address: pools, the nodes' LAN, and what machines use themselves. */
export const checkAddresses: Check = (manifest) => {
  const findings: Finding[] = [];
  const nodes = entries("nodes", manifest.nodes);
  const taken: { net: Subnet; cidr: string; owner: string }[] = TAKEN.flatMap(({ cidr, owner }) => {
    const net = parseSubnet(cidr);
    return net === undefined ? [] : [{ net, cidr, owner }];
  });

  for (const { path, value } of nodes) {
    const number = value.address === undefined ? undefined : addressToNumber(value.address);
    if (value.address === undefined || number === undefined) continue;
    const bad = taken.find(({ net }) => number >= net.first && number <= net.last);
    const [first, last] = [number % 256 === 0, number % 256 === 255];
    if (bad === undefined && !first && !last) continue;
    const why = bad
      ? `belongs to ${bad.owner} (${bad.cidr})`
      : `is the ${first ? "network" : "broadcast"} address of its LAN`;
    findings.push({ path: [...path, "address"], message: `${value.address} ${why}; expected an address of a machine` });
  }
  for (const lan of new Set(
    nodes.flatMap(({ value }) => (value.address === undefined ? [] : [lanOf(value.address)])),
  )) {
    const net = parseSubnet(lan);
    if (net !== undefined) taken.push({ net, cidr: lan, owner: "the nodes' LAN" });
  }

  for (const { path, value } of entries("networks", manifest.networks)) {
    if (value.pool === undefined) continue;
    const at = [...path, "pool"];
    const pool = parseSubnet(value.pool);
    if (pool === undefined) {
      const message = `${value.pool} is no network; expected an address with no bits below its mask, such as 10.210.0.0/16`;
      findings.push({ path: at, message });
      continue;
    }
    const wanted = manifest.nodes?.length ?? 0;
    if (subnetsIn(pool) < wanted) {
      const message = `${value.pool} holds ${subnetsIn(pool)} subnets of /24; expected one for each of ${wanted} nodes`;
      findings.push({ path: at, message });
    }
    for (const other of taken.filter(({ net }) => overlaps(net, pool))) {
      const message = `${value.pool} overlaps ${other.cidr} of ${other.owner}; expected addresses of its own`;
      findings.push({ path: at, message });
    }
    taken.push({ net: pool, cidr: value.pool, owner: `network "${value.id ?? path[1]}"` });
  }
  return findings;
};
