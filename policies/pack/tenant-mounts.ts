import { containerOf, label, sources } from "./container.ts";
import type { Policy } from "./policy.ts";

/** What all tenants' containers may see: nothing in it is a tenant's. */
const COMMON = ["/etc/dsmil/ca", "/opt/dsmil/models", "/etc/dsmil/policies/shared"];

/** Where each tenant's credentials are, a folder a tenant. */
const CREDENTIALS = "/etc/dsmil/tenants";

export const tenantMounts: Policy = {
  name: "tenant-mounts",
  description:
    "A tenant's container sees its own folders and volumes and common ones; no other container sees its credentials.",
  validate(resource, report) {
    const container = containerOf(resource);
    if (!container) return;
    const tenant = label(container, "dsmil.tenant") ?? "shared";
    for (const source of sources(container)) {
      const path = source.replace(/\/+$/, "");
      if (tenant !== "shared" && !COMMON.includes(path) && !isOf(path, tenant))
        report(`it is ${tenant}'s and mounts ${source}, which is not`);
      const credentials =
        path === CREDENTIALS || path.startsWith(`${CREDENTIALS}/`) || CREDENTIALS.startsWith(`${path}/`);
      if (tenant === "shared" && credentials) report(`it is shared and mounts tenants' credentials: ${source}`);
    }
  },
};

/** `/etc/dsmil/tenants/alpha`, `dsmil-hotpath-alpha`: ids hold no `-` and no `/`, so the last word decides. */
function isOf(path: string, tenant: string): boolean {
  return !path.includes("..") && path.split(/[/-]/).at(-1) === tenant;
}
