import type { Manifest } from "./manifest.ts";

/** Images of what `logs.loki` switches. */
const IMAGES: ReadonlySet<string> = new Set(["dsmil-log-shipper", "dsmil-log-gate", "dsmil-loki"]);

/** Whether the manifest names this service and leaves it out. */
export function isLeftOut(
  image: string | undefined,
  logs: { readonly loki?: boolean | undefined } | undefined,
): boolean {
  return image !== undefined && IMAGES.has(image) && logs?.loki !== true;
}

/** The manifest's services and networks; without Loki, without its services and the networks that are only theirs. */
export function logParts({ services, networks, logs }: Manifest): Pick<Manifest, "services" | "networks"> {
  if (logs.loki) return { services, networks };
  const kept = services.filter(({ image }) => !isLeftOut(image, logs));
  const used = new Set(kept.flatMap((service) => service.networks));
  const named = new Set(services.flatMap((service) => service.networks));
  return { services: kept, networks: networks.filter(({ id }) => used.has(id) || !named.has(id)) };
}
