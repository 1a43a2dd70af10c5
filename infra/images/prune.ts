import { imageCatalogue } from "./catalogue.ts";
import { buildClient } from "./client.ts";
import { engineImages } from "./engine-images.ts";
import { runProcess } from "./process.ts";
import { imageTags } from "./tag.ts";

export interface PruneOptions {
  /** Only images of these catalogue names; all by default. */
  readonly names?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Removes images of ours from this machine's engine that the sources no longer stand for. One that a container uses
 * stays. Images of anybody else are never touched.
 * @returns references of the images that were removed
 */
export async function pruneImages(root: string, options: PruneOptions = {}): Promise<string[]> {
  const { signal, names = imageCatalogue(root).map((entry) => entry.name) } = options;
  const client = await buildClient();
  const current = new Set(imageTags(root).values());
  const removed: string[] = [];
  for (const reference of await engineImages(client, signal)) {
    if (current.has(reference) || !names.includes(reference.slice(0, reference.lastIndexOf(":")))) continue;
    try {
      await runProcess([client.path, "image", "rm", reference], { signal });
      removed.push(reference);
    } catch {
      signal?.throwIfAborted();
    }
  }
  return removed;
}
