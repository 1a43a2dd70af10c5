import type { Alerts, Container, Dbe, Fleet, NodeKey, Service, Tenant, Volume } from "../types.ts";

/** What differs from image to image in a container. */
export interface ContainerPart extends Pick<Container, "env" | "mounts" | "tmpfs" | "health" | "stopSeconds"> {
  readonly devices?: readonly string[];
  /** `uid:gid`; default the services' own. */
  readonly user?: string;
  readonly command?: readonly string[];
  /** Ports beside the one that the manifest publishes. */
  readonly publish?: Container["publish"];
  /** Models that it loads. */
  readonly models?: readonly string[];
  /** Volumes that exist for this container. */
  readonly volumes: readonly Volume[];
}

/** What a container's part may depend on. Of tenants, only its own: others cannot change it. */
export interface PartContext {
  readonly fleet: Fleet;
  readonly service: Service;
  readonly dbe: Dbe;
  readonly alerts: Alerts;
  /** Of the service's node. */
  readonly nodeKey: NodeKey;
  /** Ids of all nodes. */
  readonly nodes: readonly string[];
  /** Of the service's node. */
  readonly address: string;
  /** Settings that every program gets: node, service, device, layer, token, log level, CA. */
  readonly common: Readonly<Record<string, string>>;
  /** Services this one needs. */
  readonly needs: readonly Service[];
  /** Services on the same node. */
  readonly neighbours: readonly Service[];
  /** Service id → addresses of its containers, where this one needs it and is on a network with it. */
  readonly peers: Readonly<Record<string, readonly string[]>>;
  /** Devices that some service of the fleet speaks for. */
  readonly served: readonly number[];
  readonly tenant?: Tenant;
  /** The container's name. */
  readonly name: string;
}
