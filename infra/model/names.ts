/**
 * Every name that is derived from the manifest, in one place.
 *
 * Why no tenant's keys can fall under another's: a tenant id matches `^[a-z][a-z0-9]{1,15}$`, so it holds neither `_`
 * nor `-`, and everywhere an id is used as a prefix one of these two follows it (`ALPHA_*`, `alpha_app`,
 * `sk-alpha-…`). If one such prefix began another, the separator of the shorter would have to be a character of the
 * longer id, which has none. Where the id stands last (`dsmil_alpha`, `dsmil-hotpath-alpha`) names are compared
 * whole. Upper case loses nothing, as ids are lower case. What is left to clash is the fleet's own fixed names, and
 * those are reserved (see `RESERVED_TENANT_IDS`).
 */

import type { TenantStreams } from "./types.ts";

/** Shape of a tenant id. */
export const TENANT_ID_PATTERN = "^[a-z][a-z0-9]{1,15}$";

/** The stream that all tenants may append to, and none may read. */
export const HEALTH_STREAM = "HEALTH_EVENTS";

/** Collections every tenant has in Qdrant. */
const COLLECTIONS = ["events", "knowledge_base", "chat_history"] as const;

/** Ids no tenant may take: each is, or begins, a name that something else owns. */
export const RESERVED_TENANT_IDS: Readonly<Record<string, string>> = {
  admin: "administrators of the stores",
  audit: "the audit trail's schema (dsmil_audit)",
  all: "the word for every tenant in commands",
  default: "the default user of Redis",
  dsmil: "the fleet's own roles and schemas (dsmil_admin)",
  health: "the shared stream HEALTH_EVENTS would fall under HEALTH_*",
  hotpath: "the hot-path volumes",
  information: "the schema information_schema of PostgreSQL",
  metrics: "the schema and login of PostgreSQL's exporter (dsmil_metrics)",
  node: "node identities",
  peers: "the peers' keys",
  pg: "names of PostgreSQL itself (pg_*)",
  postgres: "PostgreSQL's own role and database",
  public: "the public schema of PostgreSQL",
  root: "the administrator of a machine",
  shared: "the tenant label of services that serve everyone",
  system: "services of the fleet itself",
  template: "PostgreSQL's template databases",
};

/** `ALPHA`: how a tenant is written in streams, TENANT_ID and log tags. */
export const tenantPrefix = (tenant: string): string => tenant.toUpperCase();

/** Stream keys of a tenant. */
export function streamsOf(tenant: string): TenantStreams {
  const prefix = tenantPrefix(tenant);
  return {
    l3In: `${prefix}_L3_IN`,
    l3Out: `${prefix}_L3_OUT`,
    l4In: `${prefix}_L4_IN`,
    l4Out: `${prefix}_L4_OUT`,
    l5Out: `${prefix}_L5_OUT`,
    l6Out: `${prefix}_L6_OUT`,
    socEvents: `${prefix}_SOC_EVENTS`,
    rejects: `${prefix}_REJECTS`,
    proposals: `${prefix}_PROPOSALS`,
  };
}

/** `ALPHA_*`: everything in Redis that belongs to a tenant. */
export const redisKeysOf = (tenant: string): string => `${tenantPrefix(tenant)}_*`;

/** `alpha_writer` */
export const redisUser = (tenant: string, role: "writer" | "reader" | "ingest"): string => `${tenant}_${role}`;

/** `dsmil_alpha` */
export const schemaOf = (tenant: string): string => `dsmil_${tenant}`;

/** `alpha_app`, `alpha_reader`; the owner is `dsmil_alpha_owner`. */
export function postgresRole(tenant: string, role: "app" | "reader" | "owner"): string {
  return role === "owner" ? `dsmil_${tenant}_owner` : `${tenant}_${role}`;
}

/** `alpha_events`, `alpha_knowledge_base`, `alpha_chat_history` */
export const collectionsOf = (tenant: string): string[] => COLLECTIONS.map((name) => `${tenant}_${name}`);

/** `sk-alpha-`: how a tenant's API keys begin. */
export const apiKeyPrefix = (tenant: string): string => `sk-${tenant}-`;

/** `dsmil-l3-router-alpha`, `dsmil-l7-router-1`, `dsmil-redis` */
export function containerName(fleet: string, service: string, which?: string | number): string {
  return which === undefined ? `${fleet}-${service}` : `${fleet}-${service}-${which}`;
}

/** `dsmil-l3-router-ALPHA` or `dsmil-redis`: what a log line is found by. */
export function logTag(fleet: string, service: string, tenant?: string): string {
  return containerName(fleet, service, tenant && tenantPrefix(tenant));
}

/** `dsmil-redis-data` */
export const volumeName = (fleet: string, service: string, what: string): string => `${fleet}-${service}-${what}`;

/** `dsmil-hotpath-alpha` */
export const hotPathVolume = (fleet: string, tenant: string): string => `${fleet}-hotpath-${tenant}`;

/** `dsmil-ingest-alpha` */
export const ingestVolume = (fleet: string, tenant: string): string => `${fleet}-ingest-${tenant}`;

/** `ingest_alpha`: the certificate of a tenant's ingest; no service's or node's id holds a `_`. */
export const ingestCertificate = (tenant: string): string => `ingest_${tenant}`;

/** `shrink`, or `shrink_alpha` where each tenant has its own: the certificate of a SHRINK. */
export const shrinkCertificate = (tenant?: string): string => (tenant === undefined ? "shrink" : `shrink_${tenant}`);

/** `agent_node-a`: the certificate of a node's agent. */
export const agentCertificate = (node: string): string => `agent_${node}`;

/** `shipper_node-a`: the certificate by which the log gate knows a node. */
export const shipperCertificate = (node: string): string => `shipper_${node}`;
/** `control_node-a`: the certificate of a node's control API. */
export const controlCertificate = (node: string): string => `control_${node}`;

/** `node-a.dsmil.local` */
export const hostName = (id: string, domain: string): string => `${id}.${domain}`;

/** First DBE token of a device: 0x8000 + 3 × id (Phase 5 §3.1). */
export const tokenIdBase = (device: number): number => 0x8000 + 3 * device;

/** 0x8036 as `0x8036`. */
export const tokenText = (token: number): string => `0x${token.toString(16).toUpperCase().padStart(4, "0")}`;
