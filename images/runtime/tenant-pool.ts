import type pg from "pg";
import type { PostgresConfig } from "./postgres-config.ts";
import { createPostgresPool, type PoolOptions } from "./postgres-pool.ts";
import type { TenantService } from "./tenant-service.ts";

export interface TenantPoolOptions extends PoolOptions {
  /** What it is for, where a service has several: part of its name in PostgreSQL. */
  readonly purpose?: string;
}

/** A pool of a tenant's service, which ends when all else of the service has stopped. */
export function tenantPool(
  service: TenantService,
  postgres: PostgresConfig,
  { purpose, ...options }: TenantPoolOptions = {},
): pg.Pool {
  const { service: name, tenant } = service.config.identity;
  const pool = createPostgresPool(
    postgres,
    [name, tenant, ...(purpose ? [purpose] : [])].join("-"),
    service.log,
    options,
  );
  service.atEnd(() => pool.end());
  return pool;
}
