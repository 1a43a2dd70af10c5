import { isMap, isSeq, parseDocument } from "yaml";
import type { Model } from "../model/types.ts";

/** An image that is pinned, because today's sources give another. */
export interface Pin {
  readonly service: string;
  readonly tag: string;
}

/**
 * Services of a model whose image was another than the one that the sources give now.
 * @param then image name → reference, as it was
 * @param now the same, of the sources at hand
 */
export function pinsFor(
  model: Pick<Model, "services">,
  then: Readonly<Record<string, string>>,
  now: ReadonlyMap<string, string>,
): Pin[] {
  const pins = new Map<string, Pin>();
  for (const { id, image, imageTag } of model.services) {
    const reference = then[image];
    if (imageTag !== undefined || reference === undefined || reference === now.get(image)) continue;
    pins.set(id, { service: id, tag: reference.slice(reference.lastIndexOf(":") + 1) });
  }
  return [...pins.values()];
}

/** A manifest's text with images pinned; the text as it is where there is nothing to pin. */
export function pinImages(manifest: string, pins: readonly Pin[]): string {
  if (pins.length === 0) return manifest;
  const document = parseDocument(manifest);
  const services: unknown = document.get("services");
  if (!isSeq(services)) throw new Error("the manifest has no list of services");
  for (const item of services.items) {
    const pin = isMap(item) ? pins.find(({ service }) => service === item.get("id")) : undefined;
    if (pin && isMap(item)) item.set("tag", pin.tag);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/**
 * What going back to `then` does not bring back, in words.
 * @param now the manifest at hand
 */
export function cannotUndo(
  then: Pick<Model, "tenants" | "services">,
  now: Pick<Model, "tenants" | "services">,
): string[] {
  const lost: string[] = [];
  for (const tenant of then.tenants) {
    const present = now.tenants.find(({ id }) => id === tenant.id);
    if (present === undefined)
      lost.push(`tenant ${tenant.id}: what was dropped with it; it comes back empty, with new keys`);
    else
      for (const [what, key] of [
        ["hot streams", "retentionHotSeconds"],
        ["SOC streams", "retentionSocSeconds"],
        ["the archive", "retentionArchiveDays"],
      ] as const)
        if (present[key] < tenant[key])
          lost.push(`tenant ${tenant.id}: what ${what} forgot under the shorter retention`);
  }
  for (const { id, kind } of then.services)
    if (kind === "store" && !now.services.some((service) => service.id === id)) lost.push(`the data of ${id}`);
  return lost;
}
