import { keyImage } from "../model/node-key.ts";
import type { Model } from "../model/types.ts";

/** Catalogue names of the images a deployment needs: the manifest's, the key-minting base, a lab machine's. */
export function wantedImages(model: Model, lab: boolean): string[] {
  // A pinned image is one that was built before; today's sources would give another.
  const pinned = new Set(model.services.filter((s) => s.imageTag !== undefined).map((s) => s.id));
  const built = model.containers.filter((c) => !pinned.has(c.service)).map((c) => c.image);
  const names = new Set([...model.nodes.map(({ key }) => keyImage(key)), ...built]);
  if (lab) names.add("dsmil-lab-node");
  return [...names];
}
