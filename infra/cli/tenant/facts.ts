import { existsSync } from "node:fs";
import { join } from "node:path";
import { closeConnections } from "../../access/connection.ts";
import { postgresRole, redisUser } from "../../model/names.ts";
import type { Model, Tenant } from "../../model/types.ts";
import { collectStatus } from "../status/collect.ts";
import type { ServiceStatus } from "../status/types.ts";
import { type IsolationState, lastIsolation } from "./last-isolation.ts";

/** What a tenant is, has and does; no secrets. */
export interface TenantFacts {
  readonly id: string;
  readonly roeLevel: string;
  readonly actions: readonly string[];
  readonly compartments: readonly string[];
  readonly tools: readonly string[];
  readonly retention: { readonly hotSeconds: number; readonly socSeconds: number; readonly archiveDays: number };
  readonly apiKeys: readonly string[];
  readonly redis: { readonly users: readonly string[]; readonly streams: readonly string[] };
  readonly postgres: { readonly schema: string; readonly roles: readonly string[] };
  readonly qdrant: { readonly collections: readonly string[] };
  readonly services: readonly {
    readonly name: string;
    readonly node: string;
    readonly device?: number;
    readonly health: ServiceStatus["health"] | "unknown";
  }[];
  /** The latest proof that had this tenant in it. */
  readonly isolation?: IsolationState;
}

/** The tenants of the model, with what the nodes say about their services where something is deployed. */
export async function tenantFacts(root: string, model: Model): Promise<TenantFacts[]> {
  const services = await liveServices(root, model);
  return model.tenants.map((tenant) => {
    const isolation = lastIsolation(root, tenant.id);
    return { ...known(tenant), services: servicesOf(model, tenant, services), ...(isolation && { isolation }) };
  });
}

async function liveServices(root: string, model: Model): Promise<readonly ServiceStatus[]> {
  if (!existsSync(join(root, ".dsmil"))) return [];
  try {
    return (await collectStatus(root, model)).services;
  } catch {
    return [];
  } finally {
    await closeConnections();
  }
}

function servicesOf(model: Model, { id }: Tenant, live: readonly ServiceStatus[]): TenantFacts["services"] {
  return model.containers
    .filter((c) => c.tenant === id)
    .map(({ name, node, device }) => {
      const found = live.find((s) => s.name === name);
      const health = found === undefined || found.state === "unknown" ? ("unknown" as const) : found.health;
      return { name, node, ...(device !== undefined && { device }), health };
    });
}

function known(tenant: Tenant): Omit<TenantFacts, "services" | "isolation"> {
  const { id, roeLevel, actions, compartments, tools, apiKeys, streams, schema, collections } = tenant;
  return {
    id,
    roeLevel,
    actions,
    compartments,
    tools,
    retention: {
      hotSeconds: tenant.retentionHotSeconds,
      socSeconds: tenant.retentionSocSeconds,
      archiveDays: tenant.retentionArchiveDays,
    },
    apiKeys,
    redis: {
      users: (["writer", "reader", "ingest"] as const).map((role) => redisUser(id, role)),
      streams: Object.values(streams) as string[],
    },
    postgres: { schema, roles: (["app", "reader", "owner"] as const).map((role) => postgresRole(id, role)) },
    qdrant: { collections },
  };
}
