import type { Manifest, ManifestService } from "./manifest.ts";

/**
 * The manifest's services with SHRINK as `shrink.mode` wants it: one container for all tenants, one for each, or none.
 * Those of tenants stand on a network where containers cannot talk to each other, and each has its tenant's port.
 */
export function shrinkServices({ services, shrink, networks }: Manifest): readonly ManifestService[] {
  if (shrink.mode === "tagged") return services;
  if (shrink.mode === "off") return services.filter(({ image }) => image !== "dsmil-shrink");
  const apart = networks.filter(({ intercontainer }) => !intercontainer).slice(0, 1);
  return services.map((service) => {
    if (service.image !== "dsmil-shrink") return service;
    const { publish: _, ...rest } = service;
    return { ...rest, scope: "tenant", networks: apart.map(({ id }) => id) };
  });
}
