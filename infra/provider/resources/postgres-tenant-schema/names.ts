import { postgresRole, schemaOf, tenantPrefix } from "../../../model/names.ts";

/** Every name that depends on the tenant. */
export interface TenantNames {
  readonly schema: string;
  /** Value of every row's `tenant_id`. */
  readonly tenantId: string;
  readonly owner: string;
  readonly app: string;
  readonly reader: string;
  /** Owner, app, reader. */
  readonly roles: readonly string[];
}

/** @param tenant `alpha` */
export function namesOf(tenant: string): TenantNames {
  const [owner, app, reader] = [
    postgresRole(tenant, "owner"),
    postgresRole(tenant, "app"),
    postgresRole(tenant, "reader"),
  ];
  return { schema: schemaOf(tenant), tenantId: tenantPrefix(tenant), owner, app, reader, roles: [owner, app, reader] };
}
