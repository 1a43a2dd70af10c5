import { busMount } from "./bus.ts";
import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, folder, scratch } from "./paths.ts";
import { postgresPlace } from "./postgres-place.ts";

/** What the crypto watcher reads on its node: public facts of the fleet's keys, and its way into the audit trail. */
export const CRYPTO_FOLDER = "/etc/dsmil/crypto";

/** Crypto watcher: serves the fleet, not a tenant; of the tenants it knows which there are. */
export const l8CryptoPart = (context: PartContext): ContainerPart =>
  fleetWatcherPart(context, CRYPTO_FOLDER, "/run/dsmil/crypto");

/**
 * A program that watches the keys of the fleet.
 * @param source folder on the node with public facts of keys, and the audit reader's password
 * @param target the same in the container
 */
export function fleetWatcherPart(context: PartContext, source: string, target: string): ContainerPart {
  const { fleet, service, common, needs } = context;
  const bus = busMount(context);
  return {
    env: {
      ...common,
      HTTP_PORT: String(service.port),
      SECRETS_DIR: target,
      ...postgresPlace(fleet, needs),
    },
    mounts: [
      caFolder,
      folder(source, target),
      folder("/etc/dsmil/peer_keys", "/etc/dsmil/peer_keys"),
      ...bus.map(() => folder("/etc/dsmil/dbe/tenants", "/etc/dsmil/dbe/tenants")),
      ...bus,
    ],
    tmpfs: { "/tmp": scratch(16) },
    health: httpHealth(service.port),
    stopSeconds: 15,
    volumes: [],
  };
}
