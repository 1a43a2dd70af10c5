import { definition } from "../../../infra/provider/resources/postgres-tenant-schema/definition.ts";
import { namesOf } from "../../../infra/provider/resources/postgres-tenant-schema/names.ts";

/** One tenant's schema as the deployer makes it, with its service's password. @param tenant `alpha` */
export function tenantSchema(tenant: string, appPassword: string): string {
  const names = namesOf(tenant);
  return `${definition(names, 90)}\nALTER ROLE ${names.app} PASSWORD '${appPassword}';`;
}
