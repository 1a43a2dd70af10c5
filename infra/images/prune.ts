import { imageCatalogue } from "./catalogue.ts";
import { buildClient } from "./client.ts";
import { engineImages } from "./engine-images.ts";
import { runProcess } from "./process.ts";
import { imageTags } from "./tag.ts";

/**
 * Removes images of ours from this machine's engine that the sources no longer stand for. One that a container uses
 * stays. Images of anybody else are never touched.
 * @returns references of the images that were removed
 */
export async function pruneImages(root: string, signal?: AbortSignal): Promise<string[]> {
  const client = await buildClient();
  const current = new Set(imageTags(root).values());
  const ours = new Set(imageCatalogue(root).map((entry) => entry.name));
  const removed: string[] = [];
  for (const reference of await engineImages(client, signal)) {
    if (current.has(reference) || !ours.has(reference.slice(0, reference.lastIndexOf(":")))) continue;
    try {
      await runProcess([client.path, "image", "rm", reference], { signal });
      removed.push(reference);
    } catch {
      signal?.throwIfAborted();
    }
  }
  return removed;
}
