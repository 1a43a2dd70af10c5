import { ingestVolume } from "../names.ts";
import { modelProgramPart } from "./model-program.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { folder, volume } from "./paths.ts";

/** Port of the ingest in the container. */
const INGEST_PORT = 8443;

/** Where a tenant's ingest has its certificate and the digest of its token on a node. */
export const ingestFolder = (tenant: string): string => `/etc/dsmil/ingest/${tenant}`;

/**
 * The L3 router, which also takes the tenant's log lines where the tenant has a port for it. Its buffer is on the node's
 * disk, not in memory: what it acknowledged must survive the node.
 */
export function l3RouterPart(context: PartContext): ContainerPart {
  const part = modelProgramPart(context);
  const { fleet, service, tenant } = context;
  if (tenant?.ingestPort === undefined) return part;
  const buffer = ingestVolume(fleet.name, tenant.id);
  return {
    ...part,
    env: { ...part.env, INGEST_PORT: String(INGEST_PORT), INGEST_DIR: "/run/dsmil/ingest", BUFFER_DIR: "/buffer" },
    mounts: [...part.mounts, folder(ingestFolder(tenant.id), "/run/dsmil/ingest"), volume(buffer, "/buffer")],
    publish: [...(part.publish ?? []), { internal: INGEST_PORT, external: tenant.ingestPort, protocol: "tcp" }],
    volumes: [...part.volumes, { name: buffer, node: service.node, tenant: tenant.id, driverOpts: {} }],
  };
}
