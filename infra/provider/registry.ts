import type { AnyHandler } from "./handler.ts";

/**
 * Type token → its handler, loaded when the first resource of the kind is met: a stack without Postgres never pays for
 * a Postgres client.
 */
export const registry: Readonly<Record<string, () => Promise<AnyHandler>>> = {
  "dsmil:index:NodeFiles": async () => (await import("./resources/node-files/handler.ts")).nodeFiles,
  "dsmil:index:LargeFiles": async () => (await import("./resources/large-files/handler.ts")).largeFiles,
  "dsmil:index:NodeNetwork": async () => (await import("./resources/node-network/handler.ts")).nodeNetwork,
  "dsmil:index:ImageOnNode": async () => (await import("./resources/image-on-node/handler.ts")).imageOnNode,
  "dsmil:index:ModelOnNode": async () => (await import("./resources/model-on-node/handler.ts")).modelOnNode,
  "dsmil:index:HealthGate": async () => (await import("./resources/health-gate/handler.ts")).healthGate,
  "dsmil:index:FleetRootKey": async () => (await import("./resources/fleet-root-key/handler.ts")).fleetRootKey,
  "dsmil:index:TenantSigningKey": async () =>
    (await import("./resources/tenant-signing-key/handler.ts")).tenantSigningKey,
  "dsmil:index:ModelSigner": async () => (await import("./resources/model-signer/handler.ts")).modelSigner,
  "dsmil:index:PolicyBundle": async () => (await import("./resources/policy-bundle/handler.ts")).policyBundle,
  "dsmil:index:PqcNodeIdentity": async () => (await import("./resources/pqc-node-identity/handler.ts")).pqcNodeIdentity,
  "dsmil:index:RedisAclUsers": async () => (await import("./resources/redis-acl-users/handler.ts")).redisAclUsers,
  "dsmil:index:RedisStreams": async () => (await import("./resources/redis-streams/handler.ts")).redisStreams,
  "dsmil:index:PostgresTenantSchema": async () =>
    (await import("./resources/postgres-tenant-schema/handler.ts")).postgresTenantSchema,
  "dsmil:index:PostgresAuditTrail": async () =>
    (await import("./resources/postgres-audit-trail/handler.ts")).postgresAuditTrail,
  "dsmil:index:PostgresMetricsReader": async () =>
    (await import("./resources/postgres-metrics-reader/handler.ts")).postgresMetricsReader,
  "dsmil:index:QdrantTenantCollections": async () =>
    (await import("./resources/qdrant-tenant-collections/handler.ts")).qdrantTenantCollections,
};
