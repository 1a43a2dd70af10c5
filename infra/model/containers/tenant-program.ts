import { HEALTH_STREAM, hostName, hotPathVolume, postgresRole, redisUser } from "../names.ts";
import { profileOf } from "../profiles.ts";
import type { Service, Tenant, Volume } from "../types.ts";
import { busMount } from "./bus.ts";
import { httpHealth } from "./health.ts";
import type { ContainerPart, PartContext } from "./part.ts";
import { caFolder, folder, SERVICE_UID, scratch, volume } from "./paths.ts";
import { postgresPlace } from "./postgres-place.ts";
import { shrinkDoor } from "./shrink.ts";

/** Size of a tenant's hot path on a node, MiB. */
const HOT_PATH_MIB = 64;

/**
 * A program of one tenant: it gets that tenant's streams and credentials, on a security-operations node its hot path, and
 * those of no other.
 */
export function tenantProgramPart(context: PartContext): ContainerPart {
  const { service, common, needs, tenant } = context;
  if (tenant === undefined) throw new Error(`service ${service.id} has a container a tenant, and none was given`);
  const hotPath = profileOf(service.image).role === "soc" ? [hotPathOf(context, tenant)] : [];
  const shrink = shrinkDoor(context);
  return {
    env: {
      ...common,
      HTTP_PORT: String(service.port),
      TENANT_ID: tenant.prefix,
      SECRETS_DIR: "/run/dsmil/secrets",
      ...(hotPath.length > 0 && { HOTPATH_DIR: "/hotpath" }),
      ...tuning(tenant),
      ...shrink.env,
      ...streams(tenant),
      ...Object.assign({}, ...needs.map((store) => storeEnv(store, context, tenant))),
    },
    mounts: [
      caFolder,
      folder(`/etc/dsmil/tenants/${tenant.id}`, "/run/dsmil/secrets"),
      ...hotPath.map(({ name }) => volume(name, "/hotpath")),
      ...busMount(context),
      ...shrink.mounts,
    ],
    tmpfs: { "/tmp": scratch(16) },
    health: httpHealth(service.port),
    stopSeconds: 15,
    volumes: hotPath,
  };
}

/** The tenant's tables in memory, which its programs of a node share. */
function hotPathOf({ fleet, service }: PartContext, tenant: Tenant): Volume {
  const o = `size=${HOT_PATH_MIB}m,mode=0700,uid=${SERVICE_UID},gid=${SERVICE_UID}`;
  const driverOpts = { type: "tmpfs", device: "tmpfs", o };
  return { name: hotPathVolume(fleet.name, tenant.id), node: service.node, tenant: tenant.id, driverOpts };
}

/** The tenant's retention, and how the streams are read: waits as in Phase 2F, batches as large as 1,000 events/s need. */
function tuning(tenant: Tenant): Record<string, string> {
  return {
    RETENTION_HOT_SECONDS: String(tenant.retentionHotSeconds),
    RETENTION_SOC_SECONDS: String(tenant.retentionSocSeconds),
    RETENTION_ARCHIVE_DAYS: String(tenant.retentionArchiveDays),
    SHRINK_URL: "",
    SHRINK_POLL_INTERVAL: "1.0",
    BATCH_SIZE: "500",
    POLL_TIMEOUT: "5000",
  };
}

function streams({ streams: keys }: Tenant): Record<string, string> {
  return {
    REDIS_STREAM_L3_IN: keys.l3In,
    REDIS_STREAM_L3_OUT: keys.l3Out,
    REDIS_STREAM_L4_IN: keys.l4In,
    REDIS_STREAM_L4_OUT: keys.l4Out,
    REDIS_STREAM_L5_OUT: keys.l5Out,
    REDIS_STREAM_L6_OUT: keys.l6Out,
    REDIS_STREAM_SOC_EVENTS: keys.socEvents,
    REDIS_STREAM_REJECTS: keys.rejects,
    REDIS_STREAM_HEALTH_EVENTS: HEALTH_STREAM,
  };
}

/** Where a store is and who the tenant is there. */
function storeEnv(store: Service, { fleet }: PartContext, tenant: Tenant): Record<string, string> {
  const host = hostName(store.id, fleet.domain);
  const port = String(store.publish ?? store.port);
  if (store.id === "redis") return { REDIS_HOST: host, REDIS_PORT: port, REDIS_USER: redisUser(tenant.id, "writer") };
  if (store.id === "qdrant") return { QDRANT_URL: `https://${host}:${port}` };
  if (store.id !== "postgres") return {};
  return {
    ...postgresPlace(fleet, [store]),
    POSTGRES_USER: postgresRole(tenant.id, "app"),
    POSTGRES_SCHEMA: tenant.schema,
  };
}
