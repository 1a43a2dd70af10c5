import type { Container, Fleet, Service, Tenant, Volume } from "../types.ts";

/** What differs from image to image in a container. */
export interface ContainerPart extends Pick<Container, "env" | "mounts" | "tmpfs" | "health" | "stopSeconds"> {
  /** Volumes that exist for this container. */
  readonly volumes: readonly Volume[];
}

/** What a container's part may depend on. Of tenants, only its own: others cannot change it. */
export interface PartContext {
  readonly fleet: Fleet;
  readonly service: Service;
  /** Settings that every program gets: node, service, device, layer, token, log level, CA. */
  readonly common: Readonly<Record<string, string>>;
  /** Services this one needs. */
  readonly needs: readonly Service[];
  readonly tenant?: Tenant;
}
