import { busMount } from "./bus.ts";
import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, folder, scratch } from "./paths.ts";

/** L7 router: reads the tenants' key registries from a folder that it watches, so tenants come and go unnoticed. */
export function l7RouterPart(context: PartContext): ContainerPart {
  const { service, common } = context;
  return {
    env: { ...common, HTTP_PORT: String(service.port), API_KEYS_DIR: "/run/dsmil/tenants" },
    mounts: [caFolder, folder("/etc/dsmil/l7/tenants", "/run/dsmil/tenants"), ...busMount(context)],
    tmpfs: { "/tmp": scratch(16) },
    health: httpHealth(service.port),
    stopSeconds: 30,
    volumes: [],
  };
}
