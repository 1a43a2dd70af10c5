import { networkInterfaces } from "node:os";
import { tryDocker } from "./docker.ts";
import { run } from "./run.ts";
import type { LabSpec } from "./spec.ts";
import { overlaps, parseSubnet } from "./subnet.ts";

/** A range of addresses in use on this machine. */
export interface UsedSubnet {
  /** `network bridge`, `interface eth0`. */
  readonly owner: string;
  readonly subnet: string;
}

interface NetworkInfo {
  readonly Name: string;
  readonly Id: string;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null };
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** The engine's networks without the lab's own, and this machine's interfaces without the engine's bridges. */
export async function usedSubnets(network: string): Promise<UsedSubnet[]> {
  const networks = await engineNetworks();
  const engine = networks
    .filter(({ Name }) => Name !== network)
    .flatMap(({ Name, IPAM }) =>
      (IPAM?.Config ?? []).map((range) => ({ owner: `network ${Name}`, subnet: range.Subnet })),
    );
  const local = (await interfaces())
    .filter(({ name }) => !isEngineBridge(name, networks))
    .map(({ name, subnet }) => ({ owner: `interface ${name}`, subnet }));
  return [...engine, ...local].flatMap(({ owner, subnet }) => (isV4(subnet) ? [{ owner, subnet }] : []));
}

/**
 * Whether an interface is a bridge of the engine's own. One that was killed leaves its bridges behind and cannot name
 * their networks until it runs again; then the networks themselves are compared.
 */
export function isEngineBridge(name: string, networks: readonly { readonly Id: string }[]): boolean {
  if (name === "docker0") return true;
  if (networks.length === 0) return /^br-[0-9a-f]{12}$/.test(name);
  return networks.some(({ Id }) => name === `br-${Id.slice(0, 12)}`);
}

/** Who already uses addresses of the lab's subnet; pure. */
export function subnetConflicts(subnet: string, used: readonly UsedSubnet[]): UsedSubnet[] {
  const wanted = parseSubnet(subnet);
  return used.filter((other) => overlaps(wanted, parseSubnet(other.subnet)));
}

/** The subnet of the lab's network if the engine has it. */
export async function networkSubnet(network: string): Promise<string | undefined> {
  const found = (await engineNetworks()).find(({ Name }) => Name === network);
  return found === undefined ? undefined : (found.IPAM?.Config?.[0]?.Subnet ?? "none");
}

/** What to say about addresses that are taken. */
export function describeConflict(spec: Pick<LabSpec, "subnet">, other: UsedSubnet): string {
  return (
    `the lab's subnet ${spec.subnet} is in use by ${other.owner} (${other.subnet}). Remove that network ` +
    `(docker network rm NAME; for a bridge of an engine that is gone: ip link delete NAME), or give the nodes other addresses in manifest.yaml`
  );
}

/** What `ip -json -4 address` prints, as far as it is used. */
interface IpLink {
  readonly ifname: string;
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number }[];
}

/** All interfaces with an IPv4 address. Node leaves out those that are down, and their routes still count. */
async function interfaces(): Promise<{ name: string; subnet: string }[]> {
  const { code, stdout } = await run(["ip", "-json", "-4", "address"]);
  if (code === 0) {
    return (JSON.parse(stdout || "[]") as IpLink[]).flatMap(({ ifname, addr_info: found = [] }) =>
      found.map(({ local, prefixlen }) => ({ name: ifname, subnet: `${local}/${prefixlen}` })),
    );
  }
  return Object.entries(networkInterfaces()).flatMap(([name, found = []]) =>
    found.flatMap(({ family, cidr }) => (family === "IPv4" && cidr ? [{ name, subnet: cidr }] : [])),
  );
}

async function engineNetworks(): Promise<NetworkInfo[]> {
  const ids = await tryDocker(["network", "ls", "--quiet", "--no-trunc"]);
  const list = ids.stdout.split("\n").filter((id) => id !== "");
  if (ids.code !== 0 || list.length === 0) return [];
  // One that goes away meanwhile makes the exit code non-zero; the others are still printed.
  const { stdout } = await tryDocker(["network", "inspect", ...list]);
  return stdout.trim() === "" ? [] : (JSON.parse(stdout) as NetworkInfo[]);
}

function isV4(subnet: string | undefined): subnet is string {
  return subnet !== undefined && /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(subnet);
}
