import type { Mount } from "../types.ts";
import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, folder, scratch } from "./paths.ts";

/** Port of health and metrics; the API has the service's own. */
const HTTP_PORT = 8080;

/** Where the digests of tenants' tokens are on a node, and where SHRINK has a socket for each tenant. */
export const SHRINK_TENANTS = "/etc/dsmil/shrink";
export const SHRINK_SOCKETS = "/var/lib/dsmil/shrink";
/** Of all tenants' SHRINK, or of one tenant's. */
export const shrinkCerts = (tenant?: string): string => `/etc/dsmil/certs/shrink${tenant ? `-${tenant}` : ""}`;

/** SHRINK of all tenants; or of one, which then sees the folders of that one alone. */
export function shrinkPart({ service, common, tenant }: PartContext): ContainerPart {
  const own = tenant ? `/${tenant.id}` : "";
  const sockets: Mount = {
    type: "bind",
    source: `${SHRINK_SOCKETS}${own}`,
    target: `/run/shrink${own}`,
    readOnly: false,
  };
  return {
    env: {
      ...common,
      HTTP_PORT: String(HTTP_PORT),
      SHRINK_PORT: String(service.port),
      CERTS_DIR: "/etc/dsmil/certs",
      TENANTS_DIR: "/run/dsmil/tenants",
      SOCKETS_DIR: "/run/shrink",
    },
    mounts: [
      caFolder,
      folder(shrinkCerts(tenant?.id), "/etc/dsmil/certs"),
      folder(`${SHRINK_TENANTS}${own}`, `/run/dsmil/tenants${own}`),
      sockets,
    ],
    tmpfs: { "/tmp": scratch(16) },
    health: httpHealth(HTTP_PORT),
    publish:
      tenant?.shrinkPort === undefined
        ? []
        : [{ internal: service.port, external: tenant.shrinkPort, protocol: "tcp" }],
    stopSeconds: 15,
    volumes: [],
  };
}

/** The tenant's own door to SHRINK, for a service that needs it: its folder, which it cannot change, and where the socket is. */
export function shrinkDoor({ needs, tenant }: Pick<PartContext, "needs" | "tenant">) {
  if (tenant === undefined || !needs.some(({ image }) => image === "dsmil-shrink")) return { env: {}, mounts: [] };
  return {
    env: { SHRINK_SOCKET: "/run/shrink/shrink.sock" },
    mounts: [folder(`${SHRINK_SOCKETS}/${tenant.id}`, "/run/shrink")],
  };
}
