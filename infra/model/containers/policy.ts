import type { Mount } from "../types.ts";
import type { PartContext } from "./part.ts";
import { folder } from "./paths.ts";

/** Where the tenants' policies are on a node: `shared` has the rules, `tenants/<id>` a tenant's facts and its bundle. */
export const POLICY_FOLDER = "/etc/dsmil/policies";

/** The policies that a container may read: its tenant's, or every tenant's where it serves all. */
export function policyMounts({ tenant }: Pick<PartContext, "tenant">): Mount[] {
  const own = tenant ? `${POLICY_FOLDER}/tenants/${tenant.id}` : `${POLICY_FOLDER}/tenants`;
  return [folder(`${POLICY_FOLDER}/shared`, "/run/dsmil/policy-shared"), folder(own, "/run/dsmil/policy")];
}
