import { Batcher } from "../../batcher.ts";
import type { NodeLink } from "../../handler.ts";
import { said } from "../../run.ts";
import type { NodeNetworkState } from "./args.ts";

/** A network as the engine has it. */
export interface FoundNetwork extends Omit<NodeNetworkState, "node"> {
  /** Containers attached to it and running, by name. */
  readonly containers: readonly string[];
}

/** What of `docker network inspect` is looked at. */
interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string; readonly Gateway?: string }[] | null };
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Containers?: Readonly<Record<string, { readonly Name: string }>> | null;
}

/** One question to the engine for all networks of a node that are looked at in the same moment. */
const WINDOW_MS = 25;

const inspectors = new WeakMap<NodeLink, Batcher<string, FoundNetwork | undefined>>();

/** The network of a name, or undefined when the engine has none. */
export function inspectNetwork(link: NodeLink, node: string, name: string): Promise<FoundNetwork | undefined> {
  let inspector = inspectors.get(link);
  if (inspector === undefined) {
    inspector = new Batcher(WINDOW_MS, async (names) => {
      const found = await inspectAll(link, node, [...new Set(names)]);
      return names.map((wanted) => found.find((network) => network.name === wanted));
    });
    inspectors.set(link, inspector);
  }
  return inspector.ask(name);
}

async function inspectAll(link: NodeLink, node: string, names: readonly string[]): Promise<readonly FoundNetwork[]> {
  const result = await link.exec(["docker", "network", "inspect", ...names], { timeoutMs: 20_000 });
  // One missing name makes the exit status 1 while the others are still printed.
  if (result.code !== 0 && !/no such network|network \S+ not found/i.test(result.stderr)) {
    throw new Error(`cannot ask the engine of ${node} for its networks: ${said(result)}`);
  }
  return (JSON.parse(result.stdout) as Inspected[]).map((network) => ({
    name: network.Name,
    networkId: network.Id,
    subnet: network.IPAM?.Config?.[0]?.Subnet ?? "",
    gateway: network.IPAM?.Config?.[0]?.Gateway ?? "",
    options: network.Options ?? {},
    labels: network.Labels ?? {},
    containers: Object.values(network.Containers ?? {}).map(({ Name }) => Name),
  }));
}
