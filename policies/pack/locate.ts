import { formatOrigin, type Origin, originOf } from "../../infra/model/origin.ts";
import type { ManifestSource } from "../../infra/model/source.ts";
import { containerOf, label } from "./container.ts";
import type { Resource } from "./policy.ts";

/** Where in the manifest a resource comes from, by its labels, tenant or name. */
export function locate(source: ManifestSource, resource: Resource, key?: string): Origin | undefined {
  const container = containerOf(resource);
  const tenant = container ? label(container, "dsmil.tenant") : resource.props.tenant;
  return originOf(source, {
    service: container && label(container, "dsmil.service"),
    tenant: typeof tenant === "string" && tenant !== "shared" ? tenant : undefined,
    network: resource.type === "dsmil:index:NodeNetwork" ? String(resource.props.name ?? resource.name) : undefined,
    key,
  });
}

/** ` (manifest.yaml:80:5  services[3].publish)`, empty where no entry stands for the resource. */
export function place(source: ManifestSource, resource: Resource, key?: string): string {
  const origin = locate(source, resource, key);
  return origin ? ` (${formatOrigin(origin)})` : "";
}
