import { postgresRole, schemaOf, tenantPrefix } from "../../../model/names.ts";
import type { SchemaNames } from "../../stores/catalog/names.ts";

/** Every name that depends on the tenant. */
export interface TenantNames extends SchemaNames {
  /** Value of every row's `tenant_id`. */
  readonly tenantId: string;
  readonly app: string;
  readonly reader: string;
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
