import { isLeftOut } from "../log-parts.ts";
import type { Loose, Manifest, ManifestDevice, ManifestService } from "../manifest.ts";

/** The device a service speaks for, if it names one that is there. */
export function deviceOf(
  manifest: Loose<Manifest>,
  service: Loose<ManifestService>,
): Loose<ManifestDevice> | undefined {
  if (service.device === undefined) return undefined;
  return manifest.devices?.find((device) => device?.id === service.device);
}

/** The node a service runs on: its device's, else its own. */
export function nodeOf(manifest: Loose<Manifest>, service: Loose<ManifestService>): string | undefined {
  return service.device === undefined ? service.node : deviceOf(manifest, service)?.node;
}

/** Memory limit of one container of a service, as written: its device's, else its own. */
export function memoryOf(manifest: Loose<Manifest>, service: Loose<ManifestService>): string | undefined {
  if (service.device === undefined) return service.memory;
  const device = deviceOf(manifest, service);
  return device?.container_memory ?? device?.memory;
}

/** How many containers a service has. */
export function containerCount(manifest: Loose<Manifest>, service: Loose<ManifestService>): number {
  if (isLeftOut(service.image, manifest.logs)) return 0;
  if (service.scope === "node") return manifest.nodes?.length ?? 0;
  if (service.image === "dsmil-shrink" && manifest.shrink?.mode === "off") return 0;
  if (service.image === "dsmil-shrink" && manifest.shrink?.mode === "per_tenant") return manifest.tenants?.length ?? 0;
  return service.scope === "tenant" ? (manifest.tenants?.length ?? 0) : (service.replicas ?? 1);
}
