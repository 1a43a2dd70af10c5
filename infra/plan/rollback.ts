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

/** Services that a model pins to an image, each once. */
export function pinsOf({ services }: Pick<Model, "services">): Pin[] {
  const pins = services.flatMap(({ id, imageTag }) => (imageTag === undefined ? [] : [[id, imageTag] as const]));
  return [...new Map(pins)].map(([service, tag]) => ({ service, tag }));
}

/** Parts of a model that say what is kept. */
type Kept = Pick<Model, "tenants" | "services" | "volumes" | "logs">;

/** What a tenant's retentions are about, in words. */
const RETENTIONS = [
  ["hot streams", "retentionHotSeconds"],
  ["SOC streams", "retentionSocSeconds"],
  ["the archive", "retentionArchiveDays"],
  ["logs", "retentionLogsHours"],
] as const;

/**
 * What going back to `then` does not bring back, in words.
 * @param now the manifest at hand
 */
export function cannotUndo(then: Kept, now: Kept): string[] {
  const lost: string[] = [];
  for (const { id } of then.tenants)
    if (!now.tenants.some((tenant) => tenant.id === id))
      lost.push(`tenant ${id}: what was dropped with it; it comes back empty, with new keys`);
  for (const [id, what] of shorterIn(now, then)) lost.push(`${id}: what ${what} forgot under the shorter retention`);
  for (const { id, kind } of then.services)
    if (kind === "store" && !now.services.some((service) => service.id === id)) lost.push(`the data of ${id}`);
  return lost;
}

/**
 * What going back to `then` deletes of what is there now, in words; tenants apart, whose data nothing deletes unasked.
 * @param now the manifest at hand
 */
export function deletedBy(then: Kept, now: Kept): string[] {
  const gone = now.volumes.filter(
    ({ name, node, tenant, driverOpts }) =>
      driverOpts.type !== "tmpfs" &&
      (tenant === undefined || then.tenants.some(({ id }) => id === tenant)) &&
      !then.volumes.some((one) => one.name === name && one.node === node),
  );
  return [
    ...[...Map.groupBy(gone, ({ name }) => name)].map(
      ([name, on]) => `volume ${name} on ${on.map(({ node }) => node).join(", ")} with everything in it`,
    ),
    ...shorterIn(then, now).map(([id, what]) => `${id}: what ${what} hold longer than the retention of then`),
  ];
}

/** Retentions that are shorter in `a` than in `b`: whose, and of what. */
function shorterIn(a: Kept, b: Kept): [whose: string, what: string][] {
  const logs = a.logs.loki && b.logs.loki;
  const found = b.tenants.flatMap((tenant) => {
    const other = a.tenants.find(({ id }) => id === tenant.id);
    const shorter = RETENTIONS.filter(
      ([what, key]) => other !== undefined && other[key] < tenant[key] && (what !== "logs" || logs),
    );
    return shorter.map(([what]): [string, string] => [`tenant ${tenant.id}`, what]);
  });
  if (logs && a.logs.retentionHours < b.logs.retentionHours) found.push(["shared", "logs of no tenant"]);
  return found;
}
