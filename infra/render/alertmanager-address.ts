import { hostName } from "../model/names.ts";
import type { Model } from "../model/types.ts";

/** Where Prometheus finds the alertmanager. */
export interface AlertmanagerAddress {
  /** `10.212.0.9:9093` */
  readonly address: string;
  /** Name in its certificate. */
  readonly server: string;
  readonly node: string;
  readonly container: string;
}

/**
 * The alertmanager on the network that it shares with Prometheus: the engine lets no container in from another of its
 * networks, not by the node's address either. Undefined where the fleet has none.
 */
export function alertmanagerAddress(model: Pick<Model, "fleet" | "containers">): AlertmanagerAddress | undefined {
  const container = model.containers.find(({ service }) => service === "alertmanager");
  if (container === undefined) return undefined;
  const ip = container.networks.find(({ ipv4 }) => ipv4 !== undefined)?.ipv4;
  if (ip === undefined) throw new Error("the alertmanager is on no network where containers talk to each other");
  const { name, node, publish } = container;
  const server = hostName("alertmanager", model.fleet.domain);
  return { address: `${ip}:${publish[0]?.internal ?? 9093}`, server, node, container: name };
}
