/** The resource classes of the local provider, for programs. */

export type * from "./resources/fleet-root-key/args.ts";
export * from "./resources/fleet-root-key/resource.ts";
export type * from "./resources/health-gate/args.ts";
export * from "./resources/health-gate/resource.ts";
export type * from "./resources/image-on-node/args.ts";
export * from "./resources/image-on-node/resource.ts";
export type * from "./resources/node-files/args.ts";
export * from "./resources/node-files/resource.ts";
export type * from "./resources/node-network/args.ts";
export * from "./resources/node-network/resource.ts";
export type * from "./resources/policy-bundle/args.ts";
export * from "./resources/policy-bundle/resource.ts";
export type * from "./resources/postgres-audit-trail/args.ts";
export * from "./resources/postgres-audit-trail/resource.ts";
export type * from "./resources/postgres-tenant-schema/args.ts";
export * from "./resources/postgres-tenant-schema/resource.ts";
export type * from "./resources/pqc-node-identity/args.ts";
export * from "./resources/pqc-node-identity/resource.ts";
export type * from "./resources/qdrant-tenant-collections/args.ts";
export * from "./resources/qdrant-tenant-collections/resource.ts";
export type * from "./resources/redis-acl-users/args.ts";
export * from "./resources/redis-acl-users/resource.ts";
export type * from "./resources/redis-streams/args.ts";
export * from "./resources/redis-streams/resource.ts";
export type * from "./resources/tenant-signing-key/args.ts";
export * from "./resources/tenant-signing-key/resource.ts";
